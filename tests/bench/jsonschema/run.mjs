// Measures the validators in turns and prints the tables. Started by run.sh.
//
//     node run.mjs --bench PROGRAM --corpus FOLDER --out FILE.jsonl [--quick] [SET…]
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { blazeCommand, blazeVersion, installed, peers, version } from './peers.mjs'
import { printTables } from './tables.mjs'

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bench: { type: 'string' },
    corpus: { type: 'string' },
    out: { type: 'string' },
    quick: { type: 'boolean' },
  },
})
const rounds = given.quick ? 11 : 31
const roundMs = 40
const warmMs = given.quick ? 400 : 1000
const worker = path.join(path.dirname(fileURLToPath(import.meta.url)), 'worker.mjs')
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'jsonschema-bench.'))
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }))
const log = (text) => process.stderr.write(`${text}\n`)

// ---- data ----
const loadSet = (name) => {
  const folder = path.join(given.corpus, name)
  const schema = path.join(folder, 'schema.json')
  const instances = path.join(folder, 'instances.jsonl')
  const count = fs.readFileSync(instances, 'utf8').split('\n').filter(Boolean).length
  const table = path.join(folder, 'expected.tsv')
  if (!fs.existsSync(table)) return { name, schema, instances, count, plain: '1'.repeat(count) }
  const rows = fs.readFileSync(table, 'utf8').trim().split('\n').slice(1)
  const column = (i) => rows.map((row) => row.split('\t')[i]).join('')
  return { name, schema, instances, count, plain: column(0), asserted: column(1) }
}

// ---- a validator in a process of its own ----
const start = async (name, command, args) => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${name} ended early`)
    return JSON.parse(value)
  }
  const first = await answer()
  const ask = (phase, subset, ms) => {
    child.stdin.write(`${phase} ${subset} ${ms}\n`)
    return answer()
  }
  return { name, first, ask, stop: () => child.stdin.end() }
}

const startAll = async (set, formats, expected) => {
  const flag = formats ? ['--formats'] : []
  const all = [await start('docket', given.bench, [...flag, set.schema, set.instances])]
  if (!expected) return all
  const file = path.join(work, 'expected')
  fs.writeFileSync(file, expected)
  for (const name of Object.keys(peers).filter(installed))
    all.push(await start(name, process.execPath, [worker, name, set.schema, set.instances, file, ...flag]))
  return all
}

// ---- Blaze's command: every instance again and again, wall-clock means printed for each ----
const blazeRun = (set, formats, loop) => {
  const args = ['validate', set.schema, set.instances, '--benchmark', '--fast', '--continue',
    '--loop', String(loop), ...(formats ? ['--format-assertion'] : [])]
  const { stdout, error } = spawnSync(blazeCommand(), args, { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (error) throw error
  const ns = []
  const verdicts = []
  for (const [, index, verdict, us] of stdout.matchAll(/\[(\d+)\]: (PASS|FAIL) ([\d.]+) /g)) {
    ns[index - 1] = Number(us) * 1000
    verdicts[index - 1] = verdict === 'PASS' ? '1' : '0'
  }
  return { ns, verdicts: verdicts.join('') }
}

const startBlaze = (set, formats, expected) => {
  if (!blazeCommand()) return null
  const { ns, verdicts } = blazeRun(set, formats, 10)
  const wrong = [...expected].filter((verdict, i) => verdict !== verdicts[i]).length
  if (wrong) return { name: 'blaze', first: { refused: `${wrong} wrong verdicts` } }
  const sweep = ns.reduce((sum, x) => sum + x, 0)
  const loop = Math.min(1000, Math.max(30, Math.round(150e6 / Math.max(sweep, 1))))
  return {
    name: 'blaze',
    first: { verdicts, options: `--fast --loop ${loop}` },
    hot: () => blazeRun(set, formats, loop).ns,
  }
}

// ---- rounds ----
const mean = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length

// Best of the rounds for each validator; they take turns, so that a busy moment hits all of them.
const measure = async (validators, phase, subset) => {
  const best = new Map(validators.map(({ name }) => [name, Infinity]))
  for (const { ask } of validators) await ask(phase, subset, warmMs)
  for (let round = 0; round < rounds; round++)
    for (const { name, ask } of validators) {
      const { ns } = await ask(phase, subset, roundMs)
      best.set(name, Math.min(best.get(name), ns))
    }
  return best
}

// The best of the rounds for each instance, then the mean over the instances of a subset.
const measureHot = async (docket, blaze, expected) => {
  const least = (into, ns) => ns.forEach((x, i) => (into[i] = Math.min(into[i] ?? Infinity, x)))
  const figures = { docket: [], blaze: [] }
  for (let round = 0; round < Math.ceil(rounds / 3); round++) {
    if (docket) least(figures.docket, (await docket.ask('hot', 'all', 2 * roundMs)).each)
    if (blaze?.hot) least(figures.blaze, blaze.hot())
  }
  const of = (ns, subset) => ns.filter((_, i) => subset === 'all' ||
    (expected[i] === '1') === (subset === 'valid'))
  return (name, subset) => mean(of(figures[name], subset))
}

// ---- one data set ----
const results = []
const record = (set, formats, phase, subset, name, ns, note) =>
  results.push({ set: set.name, formats, phase, subset, validator: name, ns, note })

const timeSet = async (set, formats, expected, validators, blaze) => {
  const mixed = expected.includes('0') && expected.includes('1')
  const subsets = mixed ? ['all', 'valid', 'invalid'] : ['all']
  for (const phase of ['validate', 'parse', 'both', 'compile', 'compile-text'])
    for (const subset of phase === 'validate' || phase === 'both' ? subsets : ['all'])
      for (const [name, ns] of await measure(validators, phase, subset))
        record(set, formats, phase, subset, name, ns)
  const hot = await measureHot(validators.find(({ name }) => name === 'docket'), blaze, expected)
  for (const subset of subsets) {
    if (validators.some(({ name }) => name === 'docket'))
      record(set, formats, 'hot', subset, 'docket', hot('docket', subset))
    if (blaze?.hot) record(set, formats, 'hot', subset, 'blaze', hot('blaze', subset))
  }
}

const runSet = async (set, formats) => {
  const expected = formats ? set.asserted : set.plain
  log(`${set.name}, formats ${formats ? 'on' : 'off'}`)
  const validators = await startAll(set, formats, expected)
  const blaze = expected ? startBlaze(set, formats, expected) : null
  const verdicts = expected ?? validators[0].first.verdicts
  if (verdicts) check(validators[0], verdicts)
  for (const { name, first } of [...validators, ...(blaze ? [blaze] : [])])
    record(set, formats, 'verdicts', 'all', name, null, first.refused
      ? `refused: ${first.refused}`
      : `${[...first.verdicts].filter((verdict) => verdict === '1').length} of ${set.count} valid` +
        (first.options ? `; ${first.options}` : ''))
  const able = validators.filter(({ first }) => !first.refused)
  if (able.length) await timeSet(set, formats, verdicts, able, blaze)
  for (const { stop } of able) stop()
}

// Ours is held to the same standard as the peers; they check themselves.
const check = ({ first }, expected) => {
  const wrong = [...expected].filter((verdict, i) => verdict !== first.verdicts?.[i]).length
  if (!first.refused && wrong) first.refused = `${wrong} wrong verdicts`
  if (first.refused) process.exitCode = 1
}

const names = positionals.length ? positionals : given.quick ? ['invoice', 'listing'] :
  fs.readdirSync(given.corpus).filter((name) => fs.existsSync(path.join(given.corpus, name, 'schema.json')))
for (const name of Object.keys(peers))
  log(installed(name) ? `${peers[name].title} ${version(name)}` : `${peers[name].title}: not installed, left out`)
log(blazeCommand() ? `Blaze ${blazeVersion()} (command)` : 'Blaze: not installed or not for this platform, left out')
for (const name of names) {
  const set = loadSet(name)
  for (const formats of [false, true]) await runSet(set, formats)
}
const stamp = { date: new Date().toISOString(), machine: os.cpus()[0].model, node: process.version, rounds }
fs.writeFileSync(given.out, results.map((row) => JSON.stringify({ ...row, ...stamp }) + '\n').join(''))
printTables(results, stamp)
