// The package for Node: the module is read from beside this file, before anything is called.

import { readFileSync } from "node:fs";

import { initSync } from "./bindings.js";

initSync({ module: readFileSync(new URL("bindings_bg.wasm", import.meta.url)) });

export * from "./api.js";
