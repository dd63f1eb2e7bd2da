// The keywords that a peer names when it rejects an instance.
import { createRequire } from 'node:module'
import path from 'node:path'
import { peers } from '../../bench/jsonschema/peers.mjs'

const requirePackage = createRequire(path.join(process.env.DOCKET_PEERS, 'package.json'))

// Each gives a function that judges and names; compiled once a schema.
const makers = {
  ajv: (schema, formats) => {
    for (const way of peers.ajv.make(schema, formats)) {
      try {
        const validate = way.compile()
        return (instance) => (validate(instance) ? [] : validate.errors.map(({ keyword }) => keyword))
      } catch {
        // the other way
      }
    }
    return () => []
  },
  ata: (schema, formats) => {
    const { Validator } = requirePackage('ata-validator')
    const validator = new Validator(schema, { assertFormat: formats, useDefaults: false })
    return (instance) => (validator.validate(instance).errors ?? []).map(({ keyword }) => keyword)
  },
  schemasafe: (schema, formats) => {
    const { validator } = requirePackage('@exodus/schemasafe')
    for (const mode of ['default', 'lax', 'spec']) {
      try {
        const validate = validator(schema, {
          mode, includeErrors: true, allErrors: true, isJSON: true, formatAssertion: formats,
          contentValidation: false, allowUnusedKeywords: true,
          $schemaDefault: 'http://json-schema.org/draft-07/schema#',
        })
        return (instance) => {
          validate(instance)
          return (validate.errors ?? []).map(({ keywordLocation }) => keywordLocation.split('/').pop())
        }
      } catch {
        // the next mode
      }
    }
    return () => []
  },
  blaze: () => () => ['?'], // it would cost a process for each
}

const made = new WeakMap() // schema -> {peer: function}

export const whyRejected = (peer, schema, text, formats) => {
  try {
    if (!made.has(schema)) made.set(schema, {})
    const named = (made.get(schema)[peer] ??= makers[peer](schema, formats))
    return [...new Set(named(JSON.parse(text)))].sort()
  } catch (error) {
    return [`threw ${error.message.slice(0, 60)}`]
  }
}
