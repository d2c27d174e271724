/** What is asked of a key store at the same time for one operation on many rows. */
const AT_ONCE = 16;

/**
 * Does `work` for each item, 16 at the same time: one after the other, a batch would wait for a key store once for each.
 * The results come in the order of the items.
 *
 * @throws what `work` throws first; no further one is begun then
 */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const goOn = async (): Promise<void> => {
    while (next < items.length) {
      const place = next++;
      try {
        results[place] = await work(items[place]!);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, goOn));
  return results;
}
