const WIDTH = 30;
const EVERY = 100;

/** A bar that grows in a terminal; elsewhere, where lines stay, nothing. `end` completes the line. */
export function createProgressBar(out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>) {
  let shownAt = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    show: ({ done, total }: { done: number; total: number }): void => {
      if (!out.isTTY || (done < total && performance.now() - shownAt < EVERY)) return;
      shownAt = performance.now();
      shown = true;
      const part = total === 0 ? 1 : done / total;
      const bar = '█'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '░');
      out.write(`\r${bar} ${done} of ${total} (${Math.floor(part * 100)} %)`);
    },
    end: (): void => {
      if (shown) out.write('\n');
    },
  };
}
