"use strict";
// The SDK loads a compiler and a package manager for functions that are packed and run elsewhere. Few programs pack any, and the two
// take a third of the time and of the memory of a preview.

/** From here on whoever requires one of these packages, as it is found from a folder, has it loaded when it is first asked for something. */
function loadLater(packages, folder) {
  for (const name of packages) {
    const file = find(name, folder);
    if (file !== undefined && require.cache[file] === undefined) require.cache[file] = deferred(file);
  }
}

function find(name, folder) {
  try {
    return require.resolve(name, { paths: [folder] });
  } catch {
    // Who needs it is told so then.
    return undefined;
  }
}

function deferred(file) {
  let found;
  const load = () => {
    if (found === undefined) {
      delete require.cache[file];
      found = require(file);
    }
    return found;
  };
  const exports = new Proxy(
    {},
    {
      // Whoever imports a module of this mark takes it as it is, and does not copy it name by name.
      get: (_, name) => (name === "__esModule" ? true : name === "default" ? (load().default ?? load()) : load()[name]),
      has: (_, name) => name in load(),
      ownKeys: () => Reflect.ownKeys(load()),
      getOwnPropertyDescriptor: (_, name) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(load(), name);
        return descriptor && { ...descriptor, configurable: true };
      },
    },
  );
  return { id: file, filename: file, loaded: true, children: [], paths: [], exports };
}

module.exports = { loadLater };
