// The peers that run in this process: each gives `make(schema, formats)`, a list of ways to compile
// the schema, fastest first; the first way whose verdicts are right is the one that counts.
// A way is {options: "what is said of it", compile: () => instance => boolean}.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#'

// Packages live where run.sh put them, not beside this file.
const folder = process.env.DOCKET_PEERS
if (!folder) throw new Error('DOCKET_PEERS does not say where the packages are')
const requirePackage = createRequire(path.join(folder, 'package.json'))

const manifest = (name) => {
  const file = path.join(folder, 'node_modules', name, 'package.json')
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : null
}

const dialectOf = (schema) => (schema && schema.$schema) || DRAFT_07

// ---- Ajv: one class a draft ----
const ajvClass = (schema) => {
  const dialect = dialectOf(schema)
  if (dialect.includes('2020-12')) return requirePackage('ajv/dist/2020').default
  if (dialect.includes('2019-09')) return requirePackage('ajv/dist/2019').default
  return requirePackage('ajv').default
}

const ajvWay = (schema, formats, unicodeRegExp) => ({
  options: `messages: false${unicodeRegExp ? '' : ', unicodeRegExp: false'}`,
  compile: () => {
    const Ajv = ajvClass(schema)
    const ajv = new Ajv({
      strict: false,
      logger: false,
      messages: false,
      validateFormats: formats,
      unicodeRegExp,
    })
    if (formats) requirePackage('ajv-formats').default(ajv)
    if (/draft-06/.test(dialectOf(schema)))
      ajv.addMetaSchema(requirePackage('ajv/dist/refs/json-schema-draft-06.json'))
    return ajv.compile(schema)
  },
})

// ---- ata: closures or generated code, as it decides ----
// Its caches know a schema by identity and by text, so that each compilation gets a new one.
let ataCounter = 0
const ataWay = (schema, formats) => ({
  options: 'isValidObject, abortEarly: true, useDefaults: false',
  compile: () => {
    const { Validator } = requirePackage('ata-validator')
    const fresh =
      typeof schema === 'object' ? { ...schema, $comment: `copy ${ataCounter++}` } : schema
    const validator = new Validator(fresh, {
      assertFormat: formats,
      useDefaults: false,
      abortEarly: true,
    })
    return (instance) => validator.isValidObject(instance)
  },
})

// ---- schemasafe: its mode decides what it refuses ----
const schemasafeWay = (schema, formats, mode) => ({
  options: `mode: ${mode}, isJSON, unmodifiedPrototypes`,
  compile: () => {
    const { validator } = requirePackage('@exodus/schemasafe')
    return validator(schema, {
      mode,
      includeErrors: false,
      isJSON: true,
      unmodifiedPrototypes: true,
      formatAssertion: formats,
      contentValidation: false,
      allowUnusedKeywords: true,
      $schemaDefault: DRAFT_07,
    })
  },
})

export const peers = {
  ajv: {
    title: 'Ajv',
    package: 'ajv',
    make: (schema, formats) => [true, false].map((unicode) => ajvWay(schema, formats, unicode)),
  },
  ata: {
    title: 'ata',
    package: 'ata-validator',
    make: (schema, formats) => [ataWay(schema, formats)],
  },
  schemasafe: {
    title: 'schemasafe',
    package: '@exodus/schemasafe',
    make: (schema, formats) =>
      ['default', 'lax', 'spec'].map((mode) => schemasafeWay(schema, formats, mode)),
  },
}

export const installed = (name) => manifest(peers[name].package) !== null
export const version = (name) => manifest(peers[name].package).version

// Blaze is a command: its file for this platform, or null.
export const blazeCommand = () => {
  const arch = { x64: 'x86_64', arm64: 'arm64' }[process.arch]
  const file = path.join(folder, 'node_modules/@sourcemeta/jsonschema/build/github-releases',
    `jsonschema-linux-${arch}`)
  return process.platform === 'linux' && fs.existsSync(file) ? file : null
}
export const blazeVersion = () => manifest('@sourcemeta/jsonschema').version
