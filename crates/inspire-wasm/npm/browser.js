// The package for browsers and bundlers: the module is fetched from beside this file, before anything is called.

import init from "./bindings.js";

await init({ module_or_path: new URL("bindings_bg.wasm", import.meta.url) });

export * from "./api.js";
