// Writes the cases of a run, one a line: {"name", "schema", "seeds", "weight"}.
//
//     node prepare.mjs [--formats] CORPUS > CASES.jsonl
//
// From schemas.json (or formats.json) beside this file and, when the folder is there, from the ten
// benchmark sets, the real-world cases and the official suite. Every schema says its dialect.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const formats = process.argv.includes('--formats')
const corpus = process.argv.slice(2).find((word) => !word.startsWith('--'))
const DIALECTS = {
  draft7: 'http://json-schema.org/draft-07/schema#',
  'draft2019-09': 'https://json-schema.org/draft/2019-09/schema',
  'draft2020-12': 'https://json-schema.org/draft/2020-12/schema',
}
const SMALL = 4000 // bytes; seeds above it are few, and their cases are run less often
const readJson = (...parts) => JSON.parse(fs.readFileSync(path.join(...parts), 'utf8'))
const list = (...parts) => {
  const folder = path.join(...parts)
  return fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []
}

const emit = (name, schema, seeds, weight) => {
  if (typeof schema !== 'object' || seeds.length === 0) return
  const size = seeds.reduce((sum, seed) => sum + JSON.stringify(seed).length, 0) / seeds.length
  const scaled = weight * Math.min(1, SMALL / size)
  process.stdout.write(JSON.stringify({ name, schema, seeds, weight: scaled }) + '\n')
}

// Without $schema nobody says what is meant: the newest, unless the keywords are older. Draft-04
// documents that mean the same in draft-07 are read as such, so that more peers know them.
const OLDER = new Set(['definitions', 'dependencies', 'additionalItems'])
const older = (value) =>
  value !== null && typeof value === 'object' && Object.entries(value).some(
    ([key, inner]) => OLDER.has(key) || (key === 'items' && Array.isArray(inner)) || older(inner))
const onlyDraft04 = (value) =>
  value !== null && typeof value === 'object' && Object.entries(value).some(
    ([key, inner]) => (key === 'id' && typeof inner === 'string') ||
      (key.startsWith('exclusive') && typeof inner === 'boolean') || onlyDraft04(inner))
const withDialect = (schema) => {
  if (typeof schema !== 'object') return schema
  const { $schema, ...rest } = schema
  if (typeof $schema !== 'string')
    return { $schema: older(schema) ? DIALECTS.draft7 : DIALECTS['draft2020-12'], ...rest }
  if ($schema.includes('draft-04') && !onlyDraft04(schema)) return { $schema: DIALECTS.draft7, ...rest }
  return schema
}

const byHand = (file) => {
  for (const { name, dialects, schema, seeds } of readJson(here, file))
    for (const dialect of dialects ?? Object.keys(DIALECTS))
      emit(`hand/${name} ${dialect}`, { $schema: DIALECTS[dialect], ...schema }, seeds, 4)
}

// For a set whose instances are all huge.
const shorten = (value) => {
  if (Array.isArray(value)) return value.slice(0, 8).map(shorten)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shorten(inner)]))
}

const benchmarks = () => {
  for (const name of list(corpus, 'json-schema-bench').filter((entry) => !entry.endsWith('.md'))) {
    const folder = path.join(corpus, 'json-schema-bench', name)
    const lines = fs.readFileSync(path.join(folder, 'instances.jsonl'), 'utf8').split('\n').filter(Boolean)
    const small = lines.filter((line) => line.length <= SMALL).map((line) => JSON.parse(line))
    const step = Math.ceil(small.length / 200)
    const some = small.filter((_, i) => i % step === 0)
    emit(`bench/${name}`, readJson(folder, 'schema.json'), some.length ? some : [shorten(JSON.parse(lines[0]))], 60)
  }
}

const realWorld = () => {
  for (const file of list(corpus, 'json-schema-real', 'cases')) {
    const { schema, tests } = readJson(corpus, 'json-schema-real', 'cases', file)
    emit(`real/${file}`, withDialect(schema), tests.map(({ data }) => data), 2)
  }
}

const suite = () => {
  for (const draft of list(corpus, 'json-schema-test-suite', 'tests'))
    for (const file of list(corpus, 'json-schema-test-suite', 'tests', draft)) {
      if (!file.endsWith('.json')) continue
      const groups = readJson(corpus, 'json-schema-test-suite', 'tests', draft, file)
      for (const { description, schema, tests } of groups)
        emit(`suite/${draft}/${file}: ${description}`,
          typeof schema === 'object' ? { $schema: DIALECTS[draft], ...schema } : schema,
          tests.map(({ data }) => data), 1)
    }
}

byHand(formats ? 'formats.json' : 'schemas.json')
if (!formats && corpus && fs.existsSync(corpus)) {
  benchmarks()
  realWorld()
  suite()
}
