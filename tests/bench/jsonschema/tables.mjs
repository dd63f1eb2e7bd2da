// The figures of run.mjs as Markdown: one row a data set, formats and subset; the ratios say how
// docket stands against the best peer of the row (below 1: docket is faster).
import { peers } from './peers.mjs'

const number = (ns) => {
  if (!Number.isFinite(ns)) return '–'
  if (ns < 1000) return ns.toFixed(0)
  if (ns < 1e6) return `${(ns / 1e3).toPrecision(4)}k`
  return `${(ns / 1e6).toPrecision(4)}M`
}
const ratio = (ours, theirs) =>
  Number.isFinite(ours) && Number.isFinite(theirs) ? (ours / theirs).toFixed(2) : '–'
const row = (cells) => console.log(`| ${cells.join(' | ')} |`)
const head = (cells) => {
  row(cells)
  row(cells.map((_, i) => (i < 3 ? '---' : '---:')))
}

const indexed = (results) => {
  const index = new Map(results.map((r) => [[r.set, r.formats, r.phase, r.subset, r.validator].join(), r]))
  return (...key) => index.get(key.join())
}

const rowsOf = (results, phase) => {
  const rows = results.filter((r) => r.phase === phase)
  const keys = rows.map(({ set, formats, subset }) => JSON.stringify({ set, formats, subset }))
  return [...new Set(keys)].map((key) => JSON.parse(key))
}

const names = Object.keys(peers)
const titles = names.map((name) => peers[name].title)
const bestOf = (numbers) => Math.min(...numbers.filter((ns) => ns !== undefined))
const label = ({ set, formats, subset }) => [set, formats ? 'on' : 'off', subset]

const sweepTable = (results, phase, title) => {
  const at = indexed(results)
  console.log(`\n## ${title}, ns\n`)
  head(['set', 'formats', 'instances', 'docket', ...titles, 'docket / best'])
  for (const key of rowsOf(results, phase)) {
    const of = (name) => at(key.set, key.formats, phase, key.subset, name)?.ns
    const theirs = names.map(of)
    row([...label(key), number(of('docket')), ...theirs.map(number), ratio(of('docket'), bestOf(theirs))])
  }
}

// Both comparisons side by side: a set is won when it is won against everyone.
const validateTable = (results) => {
  const at = indexed(results)
  console.log('\n## Validate a parsed document, ns for an instance\n')
  head(['set', 'formats', 'instances', 'docket', ...titles, 'docket / best',
    'docket, hot', 'Blaze, hot', 'docket / Blaze', 'worse ratio'])
  for (const key of rowsOf(results, 'validate')) {
    const of = (name) => at(key.set, key.formats, 'validate', key.subset, name)?.ns
    const hot = (name) => at(key.set, key.formats, 'hot', key.subset, name)?.ns
    const theirs = names.map(of)
    const ratios = [ratio(of('docket'), bestOf(theirs)), ratio(hot('docket'), hot('blaze'))]
    row([...label(key), number(of('docket')), ...theirs.map(number), ratios[0],
      number(hot('docket')), number(hot('blaze')), ratios[1], worse(ratios)])
  }
}

const worse = (ratios) => {
  const numbers = ratios.filter((text) => text !== '–').map(Number)
  return numbers.length ? Math.max(...numbers).toFixed(2) : '–'
}

// How many sets docket leads, over all instances without formats.
const printSummary = (results) => {
  const at = indexed(results)
  const sets = [...new Set(results.map(({ set }) => set))]
  const against = (set, phase, rivals) => {
    const of = (name) => at(set, false, phase, 'all', name)?.ns
    return Number(ratio(of('docket'), bestOf(rivals.map(of)))) // NaN: nobody to compare with
  }
  const tell = (title, leads) =>
    console.log(`* ${title}: first on ${leads.length} of ${sets.length} sets (${leads.join(', ')})`)
  console.log('')
  tell('Validate, sweep', sets.filter((set) => against(set, 'validate', names) < 1))
  tell('Validate, hot, against Blaze', sets.filter((set) => against(set, 'hot', ['blaze']) < 1))
  tell('Validate, against everyone both ways', sets.filter((set) =>
    against(set, 'validate', names) < 1 && against(set, 'hot', ['blaze']) < 1))
  tell('Parse and validate', sets.filter((set) => against(set, 'both', names) < 1))
}

const compileTable = (results) => {
  const at = indexed(results)
  console.log('\n## Compile a schema (peers: and the first verdict, where some compile), ns\n')
  head(['set', 'formats', 'from', 'docket', ...titles, 'docket / best'])
  for (const phase of ['compile', 'compile-text'])
    for (const key of rowsOf(results, phase)) {
      const of = (name) => at(key.set, key.formats, phase, key.subset, name)?.ns
      const theirs = names.map(of)
      row([key.set, key.formats ? 'on' : 'off', phase === 'compile' ? 'tree' : 'text',
        number(of('docket')), ...theirs.map(number), ratio(of('docket'), bestOf(theirs))])
    }
}

const verdictTable = (results) => {
  console.log('\n## Verdicts and options\n')
  head(['set', 'formats', 'validator', 'verdicts'])
  for (const r of results.filter(({ phase }) => phase === 'verdicts'))
    row([r.set, r.formats ? 'on' : 'off', r.validator, r.note.replaceAll('|', '\\|')])
}

export const printTables = (results, stamp) => {
  console.log(`# JSON Schema validators, ${stamp.date.slice(0, 10)}\n`)
  console.log(`${stamp.machine}; Node ${stamp.node}; best of ${stamp.rounds} rounds in turns; processor time (Blaze: its own clock).`)
  console.log('Peers with formats on only where the data says what is expected.')
  printSummary(results)
  validateTable(results)
  sweepTable(results, 'both', 'Parse the text and validate, for an instance')
  sweepTable(results, 'parse', 'Parse alone, for an instance')
  compileTable(results)
  verdictTable(results)
}
