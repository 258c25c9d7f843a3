// The exposed functions in a page, each a call to this process: all return promises there.

function installInPage({ name, functions }) {
  window.callbacks = [];
  const pack = (value) => {
    if (typeof value === 'function') return { callback: window.callbacks.push(value) - 1 };
    return value instanceof File ? { file: value.name } : value;
  };
  window[name] = Object.fromEntries(
    functions.map((key) => [key, (...values) => window.callExposed(key, values.map(pack))]),
  );
}

/** Gives the page what a preload script has exposed. */
export async function bridge(page, name, api) {
  const unpack = (value) => {
    if (value?.file !== undefined) return { name: value.file };
    if (value?.callback === undefined) return value;
    const { callback } = value;
    return (result) => page.evaluate(([id, it]) => window.callbacks[id](it), [callback, result]);
  };
  await page.exposeFunction('callExposed', (key, values) => api[key](...values.map(unpack)));
  await page.addInitScript(installInPage, { name, functions: Object.keys(api) });
}
