// One peer and one data set, in a process of its own, so that no other validator shapes its types.
// Same commands and answers as bench.c; see there.
//
//     node worker.mjs PEER SCHEMA INSTANCES.jsonl EXPECTED [--formats]
//
// EXPECTED: a file with one verdict (1 or 0) a character. A peer that refuses the schema or
// disagrees answers {"refused": "why"} and is not timed.
import fs from 'node:fs'
import readline from 'node:readline'
import { peers } from './peers.mjs'

const [name, schemaFile, instancesFile, expectedFile] = process.argv.slice(2)
const formats = process.argv.includes('--formats')
const schemaText = fs.readFileSync(schemaFile, 'utf8')
const schema = JSON.parse(schemaText)
const lines = fs.readFileSync(instancesFile, 'utf8').split('\n').filter(Boolean)
const trees = lines.map((line) => JSON.parse(line))
const expected = fs.readFileSync(expectedFile, 'latin1').trim()
const first = trees[0]

const say = (answer) => process.stdout.write(JSON.stringify(answer) + '\n')

const wrong = (verdicts) => {
  const differing = [...verdicts].filter((verdict, i) => verdict !== expected[i]).length
  return differing > 0 ? `${differing} wrong verdicts` : null
}

// The first way that is right, or why none is.
const choose = () => {
  const reasons = []
  for (const way of peers[name].make(schema, formats)) {
    try {
      const validate = way.compile()
      const verdicts = trees.map((tree) => (validate(tree) ? '1' : '0')).join('')
      const reason = wrong(verdicts)
      if (!reason) return { way, validate, verdicts }
      reasons.push(reason)
    } catch (error) {
      reasons.push(String(error.message).slice(0, 120))
    }
  }
  return { reasons: [...new Set(reasons)] }
}

const { way, validate, verdicts, reasons } = choose()
if (!way) {
  say({ refused: reasons.join('; ') })
  process.exit(0)
}

const now = () => {
  const used = process.cpuUsage()
  return (used.user + used.system) * 1000
}

// Each phase is a loop of its own: a shared one would see several kinds of work.
let failures = 0
const sweeps = {
  validate: (chosen) => {
    for (const i of chosen) failures += validate(trees[i]) !== (expected[i] === '1')
  },
  parse: (chosen) => {
    for (const i of chosen) failures += JSON.parse(lines[i]) === undefined
  },
  both: (chosen) => {
    for (const i of chosen) failures += validate(JSON.parse(lines[i])) !== (expected[i] === '1')
  },
  // Some compile at the first verdict.
  compile: () => {
    failures += way.compile()(first) !== (expected[0] === '1')
  },
  'compile-text': () => {
    const again = peers[name].make(JSON.parse(schemaText), formats)
    const same = again.find((other) => other.options === way.options)
    failures += same.compile()(first) !== (expected[0] === '1')
  },
}

const roundNs = (phase, chosen, budget) => {
  const sweep = sweeps[phase]
  const start = now()
  let count = 0
  let batch = 1
  let end
  do {
    for (let i = 0; i < batch; i++) sweep(chosen)
    count += batch
    end = now()
    if (((end - start) / count) * batch < budget / 50) batch *= 2
  } while (end - start < budget)
  return (end - start) / count / chosen.length
}

const select = (phase, subset) => {
  if (phase.startsWith('compile')) return [0]
  const all = trees.map((_, i) => i)
  return subset === 'all' ? all : all.filter((i) => (expected[i] === '1') === (subset === 'valid'))
}

say({ verdicts, options: way.options })
for await (const line of readline.createInterface({ input: process.stdin })) {
  const [phase, subset, milliseconds] = line.split(' ')
  say({ ns: roundNs(phase, select(phase, subset), Number(milliseconds) * 1e6) })
  if (failures > 0) throw new Error(`${name}: a verdict changed`)
}
