// Scores the articles that were found on ../shared/corpus/html-articles, ours beside Readability's, on
// the same pages with the same measure.
//
//     node articles.mjs CORPUS PAGES OURS PEERS [--each]
//
// PAGES holds one ID.html a page, OURS one ID.html.txt; PEERS the packages of package.json. The held-out
// third are the pages whose id has a hash divisible by three: rules are tuned on the others.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [corpus, pages, ours, peers] = process.argv.slice(2);
const each = process.argv.includes("--each");
const require = createRequire(resolve(peers, "package.json"));
const { Readability } = require("@mozilla/readability");
const { parseHTML } = require("linkedom");

const words = (text) =>
  text.toLowerCase().match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}]+/gu) ?? [];

function shingles(list, n) {
  const out = [];
  for (let i = 0; i + n <= Math.max(list.length, n); i++) out.push(list.slice(i, i + n).join(" "));
  return out;
}

function f1(found, truth) {
  const left = new Map();
  for (const item of truth) left.set(item, (left.get(item) ?? 0) + 1);
  let same = 0;
  for (const item of found) {
    const n = left.get(item) ?? 0;
    if (n > 0) { same++; left.set(item, n - 1); }
  }
  if (found.length === 0 || truth.length === 0) return { f: found.length === truth.length ? 1 : 0, p: 0, r: 0 };
  const p = same / found.length, r = same / truth.length;
  return { f: same ? (2 * p * r) / (p + r) : 0, p, r };
}

function decode(bytes) {
  const head = bytes.subarray(0, 4096).toString("latin1");
  const label = /charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1] ?? "utf-8";
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  try { return utf8.decode(bytes); } catch { /* declared then */ }
  try { return new TextDecoder(label).decode(bytes); } catch { return new TextDecoder("windows-1252").decode(bytes); }
}

// Block ends become line ends, as in any text of a page.
function textOf(html) {
  const broken = html.replace(/<(\/?(p|div|li|h\d|tr|td|blockquote|pre|section|figure|figcaption|ul|ol|table)|br)\b[^>]*>/gi, "\n$&");
  return parseHTML(`<html><body>${broken}</body></html>`).document.body.textContent;
}

function readability(html) {
  try {
    const article = new Readability(parseHTML(html).document).parse();
    return article ? textOf(article.content) : "";
  } catch { return ""; }
}

const heldOut = (id) => [...id].reduce((h, c) => (h * 31 + c.charCodeAt(0)) >>> 0, 7) % 3 === 0;
const squeeze = (text) => text.replace(/\s+/g, " ");

// The headline is an article's title, and no part of the body that the truths hold: a first line that the
// page's <title> repeats counts in neither output, nor in the truth.
function body(text, html) {
  const title = new Set(words(/<title[^>]*>([^<]*)/i.exec(html)?.[1].replace(/&[#\w]+;/g, " ") ?? ""));
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.trim());
  if (first < 0) return text;
  const list = words(lines[first]);
  if (list.filter((word) => title.has(word)).length < 0.6 * list.length) return text;
  return lines.slice(first + 1).join("\n");
}

function judge(item, html, text, truth) {
  const out = {};
  if (truth !== null) {
    const found = words(body(text, html)), want = words(body(truth, html));
    out.word = f1(found, want);
    out.shingle = f1(shingles(found, 4), shingles(want, 4)).f;
  }
  if (item.must_contain) {
    const flat = squeeze(text);
    const hits = (list) => list.filter((s) => flat.includes(squeeze(s).trim())).length;
    out.has = [hits(item.must_contain), item.must_contain.length];
    out.leaks = [hits(item.must_not_contain), item.must_not_contain.length];
  }
  return out;
}

const sums = new Map();
function add(set, who, score) {
  const key = `${set}\t${who}`;
  const s = sums.get(key) ?? { n: 0, f: 0, p: 0, r: 0, shingle: 0, has: [0, 0], leaks: [0, 0] };
  if (score.word) { s.n++; s.f += score.word.f; s.p += score.word.p; s.r += score.word.r; s.shingle += score.shingle; }
  for (const kind of ["has", "leaks"]) if (score[kind]) { s[kind][0] += score[kind][0]; s[kind][1] += score[kind][1]; }
  sums.set(key, s);
}

for (const line of readFileSync(join(corpus, "index.jsonl"), "utf8").trim().split("\n")) {
  const item = JSON.parse(line);
  const truth = item.truth_text ? readFileSync(join(corpus, item.truth_text), "utf8") : null;
  const html = decode(readFileSync(join(pages, `${item.id}.html`)));
  const both = {
    docket: judge(item, html, readFileSync(join(ours, `${item.id}.html.txt`), "utf8"), truth),
    readability: judge(item, html, readability(html), truth),
  };
  const set = item.file.split("/")[0];
  for (const [who, score] of Object.entries(both))
    for (const name of [set, heldOut(item.id) ? "held out" : "tuned on", "all"]) add(name, who, score);
  if (each) console.log([item.id, heldOut(item.id) ? "held" : "tune",
    ...Object.values(both).map((s) => s.word ? `${s.word.f.toFixed(3)} p${s.word.p.toFixed(2)} r${s.word.r.toFixed(2)}` : `${s.has} ${s.leaks}`)].join("\t"));
}

const share = ([n, of]) => (of ? (n / of).toFixed(3) : "");
console.log("| set | tool | pages | word F1 | precision | recall | shingle F1 | must contain | must not |");
console.log("|---|---|---|---|---|---|---|---|---|");
for (const [key, s] of [...sums].sort()) {
  const mean = (x) => (s.n ? (x / s.n).toFixed(4) : "");
  console.log(`| ${key.replace("\t", " | ")} | ${s.n} | ${mean(s.f)} | ${mean(s.p)} | ${mean(s.r)} | ${mean(s.shingle)} | ${share(s.has)} | ${share(s.leaks)} |`);
}
