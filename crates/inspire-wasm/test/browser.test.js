// The way in for browsers and bundlers: the module is fetched. Node runs each test file in a process of its own, so
// nothing has loaded it before.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const home = new URL(".", import.meta.resolve("@kizaki/inspire"));

test("a browser fetches the module and has every function", async () => {
  const fetched = [];
  globalThis.fetch = async (url) => {
    fetched.push(url.href);
    return new Response(readFileSync(url), { headers: { "content-type": "application/wasm" } });
  };
  const { Artifact, build, check, inspect } = await import(new URL("browser.js", home));
  assert.deepEqual(fetched, [new URL("bindings_bg.wasm", home).href]);
  assert.equal(check({ "a.inspire": "enum A {" }).summary.errors, 1);
  const { artifact } = build({ "a.inspire": "enum A { X }" });
  assert.equal(Artifact.open(artifact).digest, inspect(artifact).digest);
});
