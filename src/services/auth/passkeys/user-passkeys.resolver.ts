import DataLoader from 'dataloader';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { GraphqlContext } from '../../../graphql/context.js';
import type { FindNode } from '../../identity/identity.resolver.js';
import { User } from '../../identity/identity.types.js';
import type { PasskeyService } from './passkey.service.js';
import { Passkey } from './passkey.types.js';

/** How `node` finds a passkey: only the caller's own. */
export function createFindPasskeyNode(passkeys: Pick<PasskeyService, 'find'>): FindNode {
  return async function findPasskeyNode(id, { viewer }) {
    const record = viewer && (await passkeys.find(viewer.userId, id));
    return record && new Passkey(record);
  };
}

@Resolver(() => User)
export class UserPasskeysResolver {
  constructor(private readonly service: Pick<PasskeyService, 'listMany'>) {}

  private readonly makeLoader = () =>
    new DataLoader((userIds: readonly string[]) => this.service.listMany(userIds));

  @FieldResolver(() => [Passkey], { description: 'The passkeys of the user, the oldest first.' })
  async passkeys(@Root() user: User, @Ctx() context: GraphqlContext): Promise<Passkey[]> {
    const records = await context.loader(this.makeLoader).load(user.requireReadable().id);
    return records.map((record) => new Passkey(record));
  }
}
