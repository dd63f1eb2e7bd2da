// Usage: node unpack.mjs CORPUS FOLDER   Writes each page of html-articles as FOLDER/ID.html.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const [corpus, folder] = process.argv.slice(2);
for (const line of readFileSync(join(corpus, "index.jsonl"), "utf8").trim().split("\n")) {
  const item = JSON.parse(line), bytes = readFileSync(join(corpus, item.file));
  writeFileSync(join(folder, `${item.id}.html`), item.encoding === "gzip" ? gunzipSync(bytes) : bytes);
}
