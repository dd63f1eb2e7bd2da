// Asks the peers about what `differential` writes, and reports where they do not agree with us.
//
//     differential CASES.jsonl | node peer.mjs [--formats] --out FOLDER
//
// Ajv, ata and schemasafe answer every instance; Blaze's command answers those that they or we see
// differently. A peer that refuses a schema abstains. known.mjs explains differences; any other is
// written to FOLDER, schema and instance, and makes the exit code 1.
import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import { parseArgs } from 'node:util'
import { installed, peers } from '../../bench/jsonschema/peers.mjs'
import { askBlaze } from './blaze.mjs'
import { explain } from './known.mjs'
import { report } from './report.mjs'
import { whyRejected } from './why.mjs'

const { values: given } = parseArgs({ options: { formats: { type: 'boolean' }, out: { type: 'string' } } })
const formats = given.formats ?? false
const MAX_KEPT = 20000 // differences of one case that are looked at; more of them fail the run
const names = Object.keys(peers).filter(installed)
if (names.length === 0) {
  console.error('skipped: no peer is installed')
  process.exit(77)
}

const totals = { instances: 0, compared: 0, undecided: [], cases: 0, refused: [], votes: {}, abstained: {} }
const groups = new Map() // peer, direction, keywords, case -> {count, example, …}

// ---- one case ----
const compilePeer = (name, schema) => {
  for (const way of peers[name].make(schema, formats)) {
    try {
      return way.compile()
    } catch {
      // the next way, or none: it abstains
    }
  }
  totals.abstained[name] = (totals.abstained[name] ?? 0) + 1
  return null
}

// ata says that it knows 2020-12 and draft-07 and reads every other dialect as if it were 2020-12.
const knows = (peer, schema) => peer !== 'ata' || /2020-12|draft-07/.test(schema.$schema)

const startCase = ({ refused, case: { name, schema } }) => {
  totals.cases++
  if (refused) totals.refused.push({ name, refused })
  const asked = refused ? [] : names.filter((peer) => knows(peer, schema))
  const validators = asked.map((peer) => [peer, compilePeer(peer, schema)])
  return { name, schema, validators: validators.filter(([, validate]) => validate), differing: [] }
}

const vote = (validate, instance) => {
  try {
    const answer = validate(instance)
    if (typeof answer === 'boolean') return answer ? 1 : 0
    answer.catch(() => {}) // Ajv: a schema with "$async" is answered later
    return null
  } catch {
    return null
  }
}

const judge = (current, line) => {
  const [verdict, rules, instance] = JSON.parse(line)
  totals.instances++
  if (verdict === 2) {
    totals.undecided.push(current.name)
    return
  }
  const votes = {}
  for (const [peer, validate] of current.validators) {
    const answer = vote(validate, instance)
    if (answer === null) continue
    votes[peer] = answer
    totals.votes[peer] = (totals.votes[peer] ?? 0) + 1
  }
  if (Object.keys(votes).length > 0) totals.compared++
  if (Object.values(votes).every((answer) => answer === verdict)) return
  const text = line.slice(line.indexOf(',', line.indexOf('"', line.indexOf('"') + 1)) + 1, -1)
  current.differing.push({ verdict, rules: rules.split(' ').filter(Boolean).sort(), votes, text })
}

// ---- what differs ----
const isAlone = ({ verdict, votes }) => Object.values(votes).every((answer) => answer !== verdict)

const note = (current, one, peer) => {
  const rejects = one.votes[peer] === 0
  const keywords = rejects ? whyRejected(peer, current.schema, one.text, formats) : one.rules
  const direction = rejects ? 'rejects' : 'accepts'
  const { name, schema } = current
  const difference = { peer, direction, keywords, name, schema, text: one.text, alone: isAlone(one) }
  const known = explain(difference)
  const key = [peer, direction, keywords.join('+'), known ? known.id : current.name].join('|')
  const group = groups.get(key) ?? { ...difference, known, count: 0, votes: { us: one.verdict, ...one.votes } }
  group.count++
  if (one.text.length < group.text.length)
    Object.assign(group, difference, { votes: { us: one.verdict, ...one.votes } })
  groups.set(key, group)
}

const endCase = (current) => {
  const kept = current.differing.slice(0, MAX_KEPT)
  if (kept.length === 0) return
  askBlaze(current.schema, kept, formats)
  for (const one of kept)
    for (const peer of Object.keys(one.votes))
      if (one.votes[peer] !== one.verdict) note(current, one, peer)
  totals.beyond = (totals.beyond ?? 0) + current.differing.length - kept.length
}

let current = null
for await (const line of readline.createInterface({ input: process.stdin })) {
  if (line.startsWith('{')) {
    if (current) endCase(current)
    current = startCase(JSON.parse(line))
  } else {
    judge(current, line)
  }
}
if (current) endCase(current)
fs.rmSync(given.out, { recursive: true, force: true })
fs.mkdirSync(given.out, { recursive: true })
process.exitCode = report(totals, [...groups.values()], path.resolve(given.out)) ? 0 : 1
