#!/bin/bash
# docket pack check --provider: what a provider makes of a pack's schema, as text and as JSON; and
# docket doctor: each endpoint with where its settings came from.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command jq
export no_proxy='*'

# Every shipped pack can be sent to every provider, and every rule is told of.
for provider in openai azure anthropic gemini openrouter llama-server vllm ollama lmstudio litellm compatible; do
    expect_exit 0 "$docket" pack check --provider "$provider" --json
    jq -e --arg provider "$provider" '.packs | length >= 3 and
        all(.[]; .provider.name == $provider and .provider.sent and .provider.strict and
                 (.provider.rules | length > 10) and .provider.schema.additionalProperties == false)' \
        "$work/out" >/dev/null || fail "$provider: $(jq -c '[.packs[] | [.name, .provider.sent, .provider.strict]]' "$work/out")"
done
jq -e '.packs[] | select(.name == "invoice") | .provider.rules | any(.[]; .enforced | not)' "$work/out" >/dev/null ||
    fail "a server about which nothing is known cannot enforce all of it"

expect_exit 0 "$docket" pack check --provider anthropic invoice
expect_text '^invoice at anthropic: sent' "$work/out"
expect_text 'enforced by the provider: .*type \([0-9]+\)' "$work/out"
expect_text '/properties/number +pattern: would be refused' "$work/out"
expect_exit 0 "$docket" pack check --provider openai invoice
expect_text 'enforced by the provider: .*pattern' "$work/out"
expect_exit 2 "$docket" pack check --provider nobody invoice
expect_text 'there are none, openai, azure' "$work/err"

# A schema that Anthropic takes only in words.
mkdir -p "$work/packs"
"$docket" pack new --packs "$work/packs" tree >/dev/null
cat >"$work/packs/tree/schema.json" <<'END'
{"type": "object", "additionalProperties": false, "required": ["name"],
 "properties": {"name": {"type": "string", "description": "d"},
  "parts": {"type": "array", "description": "d", "items": {"$ref": "#"}}}}
END
rm -rf "$work/packs/tree/examples.jsonl" "$work/packs/tree/cases" "$work/packs/tree/rules.jq"
echo '{}' >"$work/packs/tree/template.json"
"$docket" pack check --packs "$work/packs" --provider anthropic tree >"$work/out" 2>&1 || true
expect_text '^tree at anthropic: not sent' "$work/out"
expect_text 'recursion: it refers to itself' "$work/out"

# doctor: endpoints, presets and where each value came from; nothing is contacted.
cat >"$work/docket.conf" <<'END'
[model]
preset = anthropic
name = some-model
stream = no
[model spare]
base_url = http://127.0.0.1:9/v1
name = other
END
expect_exit 0 "$docket" doctor --config "$work/docket.conf"
expect_text 'model +some-model at https://api.anthropic.com/v1, without an API key \(not contacted' "$work/out"
expect_text 'dialect +anthropic \(preset anthropic\)' "$work/out"
expect_text 'stream +no \(.*docket.conf:4\)' "$work/out"
expect_text 'model +spare: other at http://127.0.0.1:9/v1' "$work/out"
expect_text 'model spare\.base_url = http://127.0.0.1:9/v1 .*docket.conf:6' "$work/out"
sed -i 's|^preset = anthropic|&\nbase_url = http://127.0.0.1:9/v1|' "$work/docket.conf"
expect_exit 2 "$docket" doctor --models --config "$work/docket.conf"
expect_text 'BAD +server +no answer .*start the server' "$work/out"
