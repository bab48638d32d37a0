// The schemas and the command that the tests compare with.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

import { Artifact } from "@kizaki/inspire";

const root = process.env.INSPIRE_ROOT;
const kizaki = process.env.INSPIRE_KIZAKI;

/** The schema files below a directory of the repository, by their names. */
export function schema(directory) {
  const top = join(root, directory);
  const entries = readdirSync(top, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".inspire"))
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [relative(top, path), readFileSync(path, "utf8")]));
}

/** The example apps, by their names. */
export function examples() {
  const entries = readdirSync(join(root, "examples"), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names.map((name) => ({ name, directory: join("examples", name), files: schema(join("examples", name)) }));
}

/** What the command prints; a schema with errors is no failure here. */
export function run(directory, ...args) {
  try {
    return execFileSync(kizaki, ["-C", join(root, directory), ...args], { maxBuffer: 1 << 28 });
  } catch (error) {
    if (error.status === 1) {
      return error.stdout;
    }
    throw error;
  }
}

/** The artifact that the command builds. */
export function artifact(directory) {
  const place = mkdtempSync(join(tmpdir(), "inspire-"));
  try {
    const path = join(place, "app.kza");
    run(directory, "build", "--quiet", "-o", path);
    return { bytes: readFileSync(path), contents: JSON.parse(run(".", "inspect", "--format", "json", path)) };
  } finally {
    rmSync(place, { recursive: true });
  }
}

/** What `act` makes of the artifact of these bytes, which is freed afterwards. */
export function withArtifact(bytes, act) {
  const opened = Artifact.open(bytes);
  try {
    return act(opened);
  } finally {
    opened[Symbol.dispose]();
  }
}
