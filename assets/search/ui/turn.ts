// Work that follows what a reader types.

const pause = 120;

/**
 * late runs work a moment after the last call. Work may take time: isLast tells
 * it whether it was called again meanwhile, and its result is worth nothing.
 * Calls with now do not wait. What fails is told to failed.
 */
export function late(work: (isLast: () => boolean) => unknown, failed: () => void = () => undefined): (now?: unknown) => void {
  let timer = 0;
  let turn = 0;
  return (now) => {
    clearTimeout(timer);
    const mine = ++turn;
    const isLast = () => mine === turn;
    const run = async () => {
      try {
        await work(isLast);
      } catch {
        if (isLast()) failed();
      }
    };
    timer = window.setTimeout(run, now === true ? 0 : pause);
  };
}
