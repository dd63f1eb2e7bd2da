// Scores the data for machines that was found on ../shared/corpus/html-structured-data: the set of (type of
// thing, property, value) triples of each syntax against extruct's.
//
//     node data.mjs CORPUS OURS [--each]
//
// OURS holds one NAME.html.txt a page, `docket read --format json`. Types and properties are compared by the
// last part of their names. Pages have no address here, so a relative link matches the end of the resolved one
// in the truth. Left out of the truth: microformats (not read), and Open Graph that extruct repeats as RDFa.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [corpus, ours] = process.argv.slice(2);
const each = process.argv.includes("--each");

const short = (name) => String(name).replace(/[/#]+$/, "").split(/[/#:]/).pop();
const squeeze = (value) => String(value).replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();
const list = (x) => (x === undefined || x === null ? [] : Array.isArray(x) ? x : [x]);

// ---- truth ----

function fromLinked(thing, out) {
  if (Array.isArray(thing)) return thing.forEach((t) => fromLinked(t, out));
  if (!thing || typeof thing !== "object") return;
  if (thing["@graph"]) return fromLinked(thing["@graph"], out);
  const type = short(list(thing["@type"])[0] ?? "Thing");
  for (const [name, values] of Object.entries(thing)) {
    if (name.startsWith("@")) continue;
    for (const value of list(values)) {
      if (value && typeof value === "object") {
        if ("@value" in value) { out.push([type, short(name), squeeze(value["@value"])]); continue; }
        if (value["@type"]) out.push([type, short(name), `-> ${short(list(value["@type"])[0])}`]);
        fromLinked(value, out);
      } else if (value !== null) out.push([type, short(name), squeeze(value)]);
    }
  }
}

function fromMicrodata(item, out) {
  const type = short(list(item.type)[0] ?? "Thing");
  for (const [name, values] of Object.entries(item.properties ?? {}))
    for (const value of list(values)) {
      if (value && typeof value === "object") {
        if (value.type) out.push([type, short(name), `-> ${short(list(value.type)[0])}`]);
        fromMicrodata(value, out);
      } else out.push([type, short(name), squeeze(value)]);
    }
}

// extruct's expanded graph: things name each other by @id.
function fromRdfa(things, out) {
  const byId = new Map(things.map((t) => [t["@id"], t]));
  for (const thing of things) {
    const type = short(list(thing["@type"])[0] ?? "Thing");
    for (const [name, values] of Object.entries(thing)) {
      if (name.startsWith("@") || /ogp\.me|usesVocabulary/.test(name)) continue;
      for (const value of list(values)) {
        const other = byId.get(value["@id"]);
        if (other && other !== thing) {
          if (other["@type"]) out.push([type, short(name), `-> ${short(list(other["@type"])[0])}`]);
        } else out.push([type, short(name), squeeze(value["@value"] ?? value["@id"] ?? "")]);
      }
    }
  }
}

function fromOpenGraph(pages, out) {
  for (const page of pages) for (const [name, value] of page.properties) out.push(["", name, squeeze(value)]);
}

const readers = {
  "json-ld": (t, out) => fromLinked(t, out),
  microdata: (t, out) => list(t).forEach((item) => fromMicrodata(item, out)),
  rdfa: (t, out) => fromRdfa(list(t), out),
  opengraph: (t, out) => fromOpenGraph(list(t), out),
};

function syntaxOf(file) {
  if (file.endsWith(".jsonld")) return "json-ld";
  if (/opengraph/.test(file)) return "opengraph";
  if (/rdfa|Portfolio/.test(file)) return "rdfa";
  if (/microformat/.test(file)) return "microformat";
  return "microdata";
}

function truthOf(item) {
  const truth = {};
  for (const file of item.truth) {
    const data = JSON.parse(readFileSync(join(corpus, file), "utf8"));
    const parts = !Array.isArray(data) && data.microdata ? data : { [syntaxOf(file)]: data };
    for (const [syntax, part] of Object.entries(parts))
      if (readers[syntax]) readers[syntax](part, (truth[syntax] ??= []));
  }
  return truth;
}

// ---- ours ----

const syntaxes = { "JSON-LD": "json-ld", Microdata: "microdata", RDFa: "rdfa", Meta: "opengraph" };
const cell = (line, column) => line.words.filter((w) => w.column === column).map((w) => w.text).join(" ");

function pairsOf(block) {
  const pairs = [];
  for (const line of block.lines) {
    if (line.words[0].column === 1) pairs[pairs.length - 1][1] += ` ${cell(line, 1)}`;
    else pairs.push([cell(line, 0), cell(line, 1)]);
  }
  return pairs;
}

function foundOf(file) {
  const reading = JSON.parse(readFileSync(file, "utf8"));
  const found = {};
  let syntax = "";
  for (const block of (reading.second ?? []).flatMap((page) => page.blocks)) {
    if (block.kind === "heading") { syntax = syntaxes[block.lines[0].words[0].text]; continue; }
    const out = (found[syntax] ??= []), types = new Map();
    for (const [key, value] of pairsOf(block)) {
      if (syntax === "opengraph") { if (/^(og|article|product|book|profile|music|video):/.test(key)) out.push(["", key, squeeze(value)]); continue; }
      const parts = key.split(".");
      if (parts.at(-1) === "@type") {
        const path = parts.slice(0, -1).join(".");
        types.set(path, value);
        out.push([types.get(parts.slice(0, -2).join(".")) ?? (parts.length === 3 ? parts[0] : "Thing"), parts.at(-2), `-> ${value}`]);
      } else if (!parts.at(-1).startsWith("@")) {
        const path = parts.slice(0, -1).join(".");
        out.push([types.get(path) ?? (parts.length === 2 ? parts[0] : "Thing"), parts.at(-1), squeeze(value)]);
      }
    }
  }
  return found;
}

// ---- both ----

const unique = (triples) => [...new Map(triples.filter((t) => t[2] !== "").map((t) => [t.join("\u0000"), t])).values()];

function matches(a, b) {
  if (a[0] !== b[0] || a[1] !== b[1]) return false;
  return a[2] === b[2] || (/^https?:/.test(b[2]) && !/^\w+:/.test(a[2]) && a[2] !== "" && b[2].endsWith(a[2].replace(/^\.?\//, "")));
}

const sums = {};
for (const line of readFileSync(join(corpus, "index.jsonl"), "utf8").trim().split("\n")) {
  const item = JSON.parse(line), truth = truthOf(item), found = foundOf(join(ours, `${item.file}.txt`));
  for (const syntax of Object.keys(truth)) {
    const want = unique(truth[syntax]), have = unique(found[syntax] ?? []);
    const missing = want.filter((t) => !have.some((h) => matches(h, t)));
    const surplus = have.filter((h) => !want.some((t) => matches(h, t)));
    const s = (sums[syntax] ??= { pages: 0, want: 0, have: 0, missing: 0, surplus: 0, exact: 0 });
    s.pages++; s.want += want.length; s.have += have.length; s.missing += missing.length; s.surplus += surplus.length;
    s.exact += missing.length + surplus.length === 0;
    if (each && missing.length + surplus.length)
      console.log(`${item.file} ${syntax}\n` + [...missing.map((t) => `  - ${t.join(" | ")}`), ...surplus.map((t) => `  + ${t.join(" | ")}`)].slice(0, 12).join("\n"));
  }
}
console.log("| syntax | pages | exact | triples | recall | precision |\n|---|---|---|---|---|---|");
for (const [syntax, s] of Object.entries(sums).sort())
  console.log(`| ${syntax} | ${s.pages} | ${s.exact} | ${s.want} | ${(1 - s.missing / Math.max(s.want, 1)).toFixed(3)} | ${(1 - s.surplus / Math.max(s.have, 1)).toFixed(3)} |`);
