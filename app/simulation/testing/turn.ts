/** One turn of Node's event loop: every promise callback that is due runs first. */
export const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })
