/** Waits until something holds or the time is up. Whoever makes it hold calls what `onChange` was given. */
export function heardWithin(seconds: number, holds: () => boolean, onChange: (changed: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    const look = () => {
      if (!holds()) return;
      clearTimeout(timer);
      resolve();
    };
    onChange(look);
    look();
  });
}
