import { setImmediate as nextTurn } from 'node:timers/promises';
import { createProgressBar } from '../../src/cli/commands/keys-progress.js';
import { createPace } from '../../src/database/re-sealing/pace.js';

test('a row waits as long as the rate asks for, or until the work is stopped', async () => {
  const stop = new AbortController();
  const step = createPace(1e-3, stop.signal).step();
  expect(await Promise.race([step.then(() => 'went on'), nextTurn('waits')])).toBe('waits');
  stop.abort();
  await expect(step).rejects.toMatchObject({ name: 'AbortError' });
  await expect(createPace(1e-3, stop.signal).step()).rejects.toMatchObject({ name: 'AbortError' });
});

test('without a rate no row waits', async () => {
  const step = createPace(null).step();
  expect(await Promise.race([step.then(() => 'went on'), nextTurn('waits')])).toBe('went on');
});

describe('the bar of progress', () => {
  function watch(isTTY: boolean) {
    const written: string[] = [];
    const write = (text: string) => written.push(text) > 0;
    return { written, bar: createProgressBar({ isTTY, write }) };
  }

  test.each([
    [0, 40, `\r${'░'.repeat(30)} 0 of 40 (0 %)`],
    [20, 40, `\r${'█'.repeat(15)}${'░'.repeat(15)} 20 of 40 (50 %)`],
    [40, 40, `\r${'█'.repeat(30)} 40 of 40 (100 %)`],
    [0, 0, `\r${'█'.repeat(30)} 0 of 0 (100 %)`],
  ])('shows %i of %i in a terminal, and ends its line', (done, total, line) => {
    const { written, bar } = watch(true);
    bar.show({ done, total });
    bar.end();
    expect(written).toEqual([line, '\n']);
  });

  test('is nothing elsewhere, and ends no line where nothing was to be shown', () => {
    const elsewhere = watch(false);
    for (const done of [0, 20, 40]) elsewhere.bar.show({ done, total: 40 });
    elsewhere.bar.end();
    expect(elsewhere.written).toEqual([]);
    const unused = watch(true);
    unused.bar.end();
    expect(unused.written).toEqual([]);
  });
});
