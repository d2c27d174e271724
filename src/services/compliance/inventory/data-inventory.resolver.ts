import { Authorized, Query, Resolver } from 'type-graphql';
import type { InventoryEntry } from './data-inventory.js';
import { DataInventoryEntry } from './data-inventory.types.js';

@Resolver()
export class DataInventoryResolver {
  constructor(private readonly inventory: readonly InventoryEntry[]) {}

  @Authorized('privacy:read')
  @Query(() => [DataInventoryEntry], {
    description:
      'Every value with personal data that the server holds: why, by which right, how long, and how.',
  })
  dataInventory(): DataInventoryEntry[] {
    return [...this.inventory];
  }
}
