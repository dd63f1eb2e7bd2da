// Blaze's verdicts, through its command: one process for all instances of a schema.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { blazeCommand } from '../../bench/jsonschema/peers.mjs'

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'differential.'))
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }))

// Adds votes.blaze to each of `asked` (objects with text and votes); nothing when it refuses.
export const askBlaze = (schema, asked, formats) => {
  const command = blazeCommand()
  if (!command) return
  const schemaFile = path.join(work, 'schema.json')
  const instancesFile = path.join(work, 'instances.jsonl')
  fs.writeFileSync(schemaFile, JSON.stringify(schema))
  fs.writeFileSync(instancesFile, asked.map(({ text }) => text + '\n').join(''))
  const args = ['validate', schemaFile, instancesFile, '--benchmark', '--loop', '1', '--fast',
    '--continue', ...(formats ? ['--format-assertion'] : [])]
  const { stdout } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 60000 })
  for (const [, index, verdict] of (stdout ?? '').matchAll(/\[(\d+)\]: (PASS|FAIL) /g))
    asked[index - 1].votes.blaze = verdict === 'PASS' ? 1 : 0
}
