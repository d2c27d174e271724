import type { Row } from '../privacy/extension/models.js';
import type { DataKeyStore } from '../privacy/data-key-store.js';
import type { RowStore } from '../privacy/extension/row-store.js';
import { Prisma, type PrismaClient } from './generated/client.js';
import type { createTransactionContext } from './transaction-context.js';

/** A Prisma client as the store uses it: model names and arguments are known to the extension only at run time. */
type Delegates = Record<string, Record<string, (args: Row) => Promise<unknown>>>;
type Context = ReturnType<typeof createTransactionContext<object>>;

/** The privacy extension's own queries, on the surrounding transaction's client or else on `outer`. */
export function createRowStore(
  outer: PrismaClient,
  context: Context,
  separateKeys: DataKeyStore | null,
): RowStore {
  /** In a batch, look-ups run on the pool before the batch: a batch has no client of its own. */
  const call = (model: string, operation: string, args: Row, client: object = context.client() ?? outer) =>
    context.asOwn(async () => delegateOf(client, model)[operation]!(args));
  const find = async (model: string, operation: string, args: Row) =>
    (await call(model, operation, args)) as Row | null;

  return {
    inBatch: () => context.inBatch(),
    findUnique: (model, args) => find(model, 'findUnique', args),
    findFirst: (model, args) => find(model, 'findFirst', args),

    async findDataKeys(userIds) {
      if (userIds.length === 0) return new Map();
      if (separateKeys) return separateKeys.find(userIds);
      const rows = await call('DataKey', 'findMany', { where: { userId: { in: userIds } } });
      return new Map(
        (rows as { userId: string; wrappedKey: string }[]).map((row) => [row.userId, row.wrappedKey]),
      );
    },

    async createUsers(operation, args, keys) {
      const insert = async (client: object) => {
        const created = await call('User', operation, args, client);
        await call('DataKey', 'createMany', { data: keys }, client);
        return created;
      };
      const joined = context.client();
      return joined ? insert(joined) : outer.$transaction((tx) => insert(tx));
    },

    notFound: (model) =>
      new Prisma.PrismaClientKnownRequestError(`No ${model} was found for this operation.`, {
        code: 'P2025',
        clientVersion: Prisma.prismaVersion.client,
        meta: { modelName: model },
      }),
  };
}

/** The operations of a model, named as the schema names it. */
export function delegateOf(client: object, model: string): Delegates[string] {
  return (client as Delegates)[model.charAt(0).toLowerCase() + model.slice(1)]!;
}
