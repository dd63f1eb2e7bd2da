// Prints what came out; writes unexplained differences. TRUE when everything is explained.
import fs from 'node:fs'
import path from 'node:path'

const say = (text) => console.log(text)
const cut = (text) => (text.length > 160 ? `${text.slice(0, 160)}…` : text)

const writeDifference = (folder, index, group) => {
  const file = path.join(folder, `${String(index).padStart(3, '0')}-${group.peer}.json`)
  const { peer, direction, keywords, name, schema, votes, text } = group
  // The text of the instance as it was: a number may be written so that its value alone does not tell.
  fs.writeFileSync(file, JSON.stringify({ name, peer, direction, keywords, votes, text, schema }, null, 1))
}

export const report = (totals, groups, folder) => {
  const open = groups.filter(({ known }) => !known)
  open.sort((a, b) => Number(b.alone) - Number(a.alone) || b.count - a.count)
  say(`${totals.instances} instances of ${totals.cases - totals.refused.length} schemas, ${totals.compared} compared with at least one peer`)
  say(`undecided by us: ${totals.undecided.length} ${[...new Set(totals.undecided)].join(', ')}; schemas that we refuse: ${totals.refused.length}`)
  for (const { name, refused } of totals.refused) say(`  refused: ${name}: ${cut(refused)}`)
  for (const [peer, count] of Object.entries(totals.votes))
    say(`${peer}: ${count} verdicts, abstained on ${totals.abstained[peer] ?? 0} schemas`)
  if (totals.beyond) say(`differences beyond those looked at for one schema: ${totals.beyond}`)
  say('\nExplained differences:')
  const explained = new Map()
  for (const { known, count } of groups)
    if (known) explained.set(known, (explained.get(known) ?? 0) + count)
  for (const [known, count] of explained)
    say(`  ${count} × ${known.id}: ${known.reason} [${known.reference}]`)
  say(`\nUnexplained: ${open.length} groups${open.length ? `, in ${folder}` : ''}`)
  open.forEach((group, i) => {
    writeDifference(folder, i, group)
    const { peer, direction, keywords, name, votes, count, text } = group
    say(`  ${String(i).padStart(3, '0')} ${group.alone ? 'WE ARE ALONE ' : ''}${count} × ${peer} ${direction} [${keywords.join(' ')}] ${name} ${JSON.stringify(votes)}\n      ${cut(text)}`)
  })
  return open.length === 0 && !totals.beyond
}
