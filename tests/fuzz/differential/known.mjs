// What peers are known to do wrong: differences that are explained. Each entry names the peer, a
// reason, and where it is written (or tested) that we are right; `when` says which differences it
// is about. A difference that leaves us alone against every peer that answered is never explained
// by a peer's weakness; only an entry with `alone: true` may do that.
const draft = (schema) => schema.$schema ?? ''
const isOld = (schema) => /draft-0[467]/.test(draft(schema))

// Whether a keyword stands anywhere in the schema.
const mentions = (schema, ...keywords) =>
  schema !== null && typeof schema === 'object' && Object.entries(schema).some(
    ([key, inner]) => keywords.includes(key) || mentions(inner, ...keywords))

const refHasSiblings = (schema) =>
  schema !== null && typeof schema === 'object' && (
    (typeof schema.$ref === 'string' && Object.keys(schema).length > 1) ||
    Object.values(schema).some(refHasSiblings))

// Names that every JavaScript object answers to.
const INHERITED = /"(__proto__|constructor|toString|valueOf|hasOwnProperty|toLocaleString|isPrototypeOf)"/
const inherited = ({ schema, text }) => INHERITED.test(text) || INHERITED.test(JSON.stringify(schema))

const patterns = (schema, inPatterns = false) =>
  schema === null || typeof schema !== 'object' ? [] : Object.entries(schema).flatMap(([key, inner]) => [
    ...(inPatterns ? [key] : []),
    ...(key === 'pattern' && typeof inner === 'string' ? [inner] : []),
    ...patterns(inner, key === 'patternProperties'),
  ])
const hasPattern = ({ schema }, shape) => patterns(schema).some((pattern) => shape.test(pattern))

const hasFormat = ({ schema }, name) => JSON.stringify(schema).includes(`"format":"${name}"`)

const ASTRAL = /[\u{10000}-\u{10ffff}]|\\ud[89ab]/iu
const LINE_END = /\\[nr]|\\u2028|\\u2029|\u2028|\u2029/
const MANY_DIGITS = /\d{16}|\d\.\d{15}|\.\d{17}|e-?3\d\d/i // more than a double keeps, or out of its range

const has = ({ keywords }, ...wanted) => keywords.some((keyword) => wanted.includes(keyword))

const table = [
  // ---- Ajv ----
  {
    id: 'ajv-multiple',
    peer: 'ajv',
    reason: 'divides doubles: 19.99 is no multiple of 0.01, and 1e20 is one of 7',
    reference: '2020-12 validation 6.2.1; suite multipleOf.json',
    when: ({ schema }) => mentions(schema, 'multipleOf'),
  },
  {
    id: 'ajv-siblings',
    peer: 'ajv',
    reason: 'obeys what stands beside $ref before 2019-09',
    reference: 'draft-07 core 8.3: all other properties MUST be ignored; suite ref.json',
    when: ({ schema }) => isOld(schema) && refHasSiblings(schema),
  },
  {
    id: 'ajv-dynamic',
    peer: 'ajv',
    reason: '$dynamicRef and $recursiveRef are resolved by another rule than the specification has',
    reference: '2020-12 core 8.2.3.2; suite dynamicRef.json, recursiveRef.json',
    when: ({ schema }) => mentions(schema, '$dynamicRef', '$recursiveRef'),
  },
  {
    id: 'ajv-unevaluated',
    peer: 'ajv',
    reason: 'does not collect what contains, if and nested applicators evaluated',
    reference: '2020-12 core 11; suite unevaluatedItems.json, unevaluatedProperties.json',
    when: ({ schema }) => mentions(schema, 'unevaluatedItems', 'unevaluatedProperties'),
  },
  {
    id: 'ajv-inherited',
    peer: 'ajv',
    reason: 'takes inherited names of JavaScript objects for properties',
    reference: 'suite required.json, properties.json: Javascript object property names',
    when: inherited,
  },
  {
    id: 'ajv-time',
    peer: 'ajv',
    direction: 'accepts',
    reason: 'date-time with any white space in the middle, or an offset without a colon',
    reference: 'RFC 3339 section 5.6',
    when: (difference) => has(difference, 'format') && hasFormat(difference, 'date-time'),
  },
  // ---- ata ----
  {
    id: 'ata-multiple',
    peer: 'ata',
    reason: 'takes what is nearly a multiple for one, and gives up where the quotient is huge',
    reference: '2020-12 validation 6.2.1; suite multipleOf.json',
    when: ({ schema }) => mentions(schema, 'multipleOf'),
  },
  {
    id: 'ata-unevaluated',
    peer: 'ata',
    reason: 'does not see what patternProperties, dependentSchemas and empty branches evaluated',
    reference: '2020-12 core 11; suite unevaluatedProperties.json',
    when: ({ schema }) => mentions(schema, 'unevaluatedItems', 'unevaluatedProperties'),
  },
  {
    id: 'ata-astral',
    peer: 'ata',
    reason: 'patterns see two halves of a character beyond U+FFFF, and do not know \\u{…}',
    reference: '2020-12 core 6.4: patterns are to be interpreted as with the u flag; suite ecmascript-regex.json',
    when: (difference) => hasPattern(difference, ASTRAL.test(difference.text) ? /./ : /\\u\{/),
  },
  {
    id: 'ata-names',
    peer: 'ata',
    reason: 'lengths in propertyNames count two for a character beyond U+FFFF',
    reference: '2020-12 validation 6.3.1: the number of its characters as defined by RFC 8259',
    when: ({ schema, text }) => ASTRAL.test(text) && mentions(schema, 'propertyNames') &&
      mentions(schema, 'minLength', 'maxLength'),
  },
  {
    id: 'ata-dot',
    peer: 'ata',
    reason: 'the dot of ^.+$ and its like matches line ends',
    reference: 'ECMA-262 22.2.2.7, CharacterClass of the dot',
    when: (difference) => LINE_END.test(difference.text) && hasPattern(difference, /\./),
  },
  {
    id: 'ata-space',
    peer: 'ata',
    reason: 'U+FEFF is no white space to it',
    reference: 'ECMA-262 12.2, table of white space',
    when: (difference) => difference.text.includes('\ufeff') && hasPattern(difference, /\\[sS]/),
  },
  {
    id: 'ata-class',
    peer: 'ata',
    direction: 'accepts',
    reason: 'a class repeated a fixed number of times takes characters that it does not have: " US" for ^[a-zA-Z0-9]{3}$',
    reference: 'ECMA-262 22.2.2.7',
    when: (difference) => has(difference, 'pattern') && hasPattern(difference, /^\^\[[^\]]*\]\{\d+\}\$$/),
  },
  {
    id: 'ata-recursion',
    peer: 'ata',
    direction: 'rejects',
    reason: 'additionalProperties: false of a recursive branch is held against the root',
    reference: '2020-12 core 10.3.2.3: it is about the object that it is applied to',
    when: ({ schema }) => mentions(schema, '$ref') && mentions(schema, 'additionalProperties') &&
      mentions(schema, 'anyOf', 'oneOf'),
  },
  {
    id: 'ata-inherited',
    peer: 'ata',
    reason: 'takes inherited names of JavaScript objects for properties',
    reference: 'suite required.json, properties.json: Javascript object property names',
    when: inherited,
  },
  // ---- schemasafe ----
  {
    id: 'schemasafe-multiple',
    peer: 'schemasafe',
    reason: 'scales doubles: takes what is nearly a multiple for one, and misses large multiples',
    reference: '2020-12 validation 6.2.1; suite multipleOf.json',
    when: ({ schema }) => mentions(schema, 'multipleOf'),
  },
  {
    id: 'schemasafe-dynamic',
    peer: 'schemasafe',
    reason: 'does not count every resource that is passed through as dynamic scope',
    reference: '2020-12 core 7.1; suite dynamicRef.json: avoids the root of each schema, but scopes are still registered',
    when: ({ schema }) => mentions(schema, '$dynamicRef', '$recursiveRef'),
  },
  {
    id: 'schemasafe-time',
    peer: 'schemasafe',
    direction: 'accepts',
    reason: 'date-time with any white space in the middle, or an offset without a colon',
    reference: 'RFC 3339 section 5.6',
    when: (difference) => has(difference, 'format') && hasFormat(difference, 'date-time'),
  },
  {
    id: 'schemasafe-ipv4',
    peer: 'schemasafe',
    direction: 'accepts',
    reason: 'the last number of an ipv4 may go on: 1.2.3.490, 1.2.3.04',
    reference: 'RFC 2673 section 3.2: four decimal integers, 0 to 255',
    when: (difference) => has(difference, 'format') && hasFormat(difference, 'ipv4'),
  },
  // ---- Blaze ----
  {
    id: 'blaze-digits',
    peer: 'blaze',
    direction: 'rejects',
    reason: 'multipleOf sees digits that a double does not hold; ours reads numbers as doubles and says so',
    reference: 'RFC 8259 section 6: software may set limits on the range and precision of numbers',
    when: ({ schema, text }) => mentions(schema, 'multipleOf') && MANY_DIGITS.test(text),
  },
  {
    id: 'blaze-multiple',
    peer: 'blaze',
    direction: 'accepts',
    reason: 'a quotient that a double rounds to an integer: 12345678910 by 0.123456789',
    reference: '2020-12 validation 6.2.1',
    when: ({ schema }) => mentions(schema, 'multipleOf'),
  },
  {
    id: 'blaze-dot',
    peer: 'blaze',
    reason: 'the dot of ^.+$ and its like matches line ends',
    reference: 'ECMA-262 22.2.2.7, CharacterClass of the dot',
    when: (difference) => LINE_END.test(difference.text) && hasPattern(difference, /\./),
  },
]

export const explain = (difference) =>
  table.find(({ peer, direction = difference.direction, alone, when }) =>
    peer === difference.peer && direction === difference.direction &&
    (alone || !difference.alone) && when(difference))
