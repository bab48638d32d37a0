// The package itself: what is in it and what it exports.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

import * as api from "@kizaki/inspire";

const home = new URL(".", import.meta.resolve("@kizaki/inspire"));
const manifest = JSON.parse(readFileSync(new URL("package.json", home), "utf8"));

test("the manifest names what is there", () => {
  const [entry] = Object.values(manifest.exports);
  for (const file of [...Object.values(entry), manifest.types, "bindings_bg.wasm", "README.md", "LICENSE-MIT"]) {
    assert.ok(existsSync(new URL(file, home)), file);
  }
  const [, version] = readFileSync(`${process.env.INSPIRE_ROOT}/Cargo.toml`, "utf8").match(/^version = "(.+)"$/m);
  assert.equal(manifest.version, version);
  assert.equal(manifest.dependencies, undefined);
});

test("the types name what is exported", () => {
  const types = readFileSync(new URL("index.d.ts", home), "utf8");
  const named = [...types.matchAll(/^export (?:function|class) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(named.sort(), Object.keys(api).sort());
});
