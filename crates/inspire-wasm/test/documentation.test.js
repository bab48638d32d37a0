// The code in the documentation runs: the blocks of a page, one after the other.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

function output(page) {
  const text = readFileSync(`${process.env.INSPIRE_ROOT}/${page}`, "utf8");
  const blocks = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
  assert.ok(blocks.length > 0, page);
  writeFileSync("page.mjs", blocks.join("\n"));
  return execFileSync(process.execPath, ["page.mjs"], { encoding: "utf8" });
}

test("the package's own page", () => {
  assert.match(output("crates/inspire-wasm/npm/README.md"), /^readNote 42$/m);
});

test("the page of the book", () => {
  assert.equal(output("book/src/reference/javascript.md"), "not-found\n");
});
