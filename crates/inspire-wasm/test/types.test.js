// The types say what the functions give: all that examples and fixtures come to is checked against them, literally.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { build, inspect } from "@kizaki/inspire";

import { examples, schema } from "./files.js";

function tsc(...files) {
  const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--module", "nodenext"];
  const libraries = ["--lib", "es2022,esnext.disposable"];
  const args = ["node_modules/typescript/bin/tsc", ...options, ...libraries, ...files];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { status, text: stdout.slice(0, 5000) + stderr };
}

/** A literal of one type after the other: TypeScript refuses keys that a type does not have only in literals. */
function literals(type, values) {
  const lines = values.map((value, index) => `export const x${index}: ${type} = ${JSON.stringify(value)};`);
  return `import type { ${type} } from "@kizaki/inspire";\n${lines.join("\n")}\n`;
}

const schemaOfReports = JSON.parse(readFileSync(`${process.env.INSPIRE_ROOT}/book/src/report.schema.json`, "utf8"));
const propertiesOf = ({ properties = {} }) => Object.keys(properties);

const schemas = [
  ...examples().map(({ files }) => files),
  ...Object.entries({ ...schema("tests/fixtures/check"), ...schema("tests/fixtures/parse") })
    .map(([name, text]) => ({ [name]: text })),
];
const results = schemas.map((files) => build(files));

test("reports have their type", () => {
  const reports = results.map(({ report }) => report);
  assert.ok(reports.flatMap((report) => report.diagnostics.flatMap((one) => one.fixes)).length > 20);
  const printed = JSON.stringify(reports);
  for (const key of [schemaOfReports, ...Object.values(schemaOfReports.$defs)].flatMap(propertiesOf)) {
    assert.ok(printed.includes(`"${key}":`), `no report has ${key}`);
  }
  writeFileSync("reports.ts", literals("Report", reports));
  assert.deepEqual(tsc("reports.ts"), { status: 0, text: "" });
});

test("contents of artifacts have their type", () => {
  const contents = results.flatMap(({ artifact }) => (artifact === undefined ? [] : [inspect(artifact)]));
  const keys = new Set(contents.flatMap(Object.keys));
  for (const key of ["auth", "api_keys", "payments", "integrations", "network", "email", "docs", "validations", "hooks"]) {
    assert.ok(keys.has(key), key);
  }
  writeFileSync("contents.ts", literals("ArtifactJson", contents));
  assert.deepEqual(tsc("contents.ts"), { status: 0, text: "" });
});

test("a key too many or too few, or of another type, is found", () => {
  const [{ report }] = results;
  const contents = inspect(results[0].artifact);
  const wrong = [{ ...report, more: 1 }, { version: 1, diagnostics: [] }, { ...report, version: "1" }];
  writeFileSync("wrong-reports.ts", literals("Report", wrong));
  writeFileSync("wrong-contents.ts", literals("ArtifactJson", [{ ...contents, sections: [{}] }]));
  const { text } = tsc("wrong-reports.ts", "wrong-contents.ts");
  // The first line of each file imports the type.
  const places = [...text.matchAll(/^(\S+)\((\d+),/gm)].map(([, file, line]) => `${file} ${line}`);
  assert.deepEqual(places.sort(), ["wrong-contents.ts 2", "wrong-reports.ts 2", "wrong-reports.ts 3", "wrong-reports.ts 4"]);
});

test("calls are checked", () => {
  assert.deepEqual(tsc("calls.ts"), { status: 0, text: "" });
});
