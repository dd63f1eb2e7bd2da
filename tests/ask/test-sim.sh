#!/bin/bash
# llm-sim speaks as the providers do: the keys of its answers, streams, errors and batches are those of
# the providers' SDKs, what a provider refuses it refuses, and its bill is the sum of its answers.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/ask/sim.sh
. "$(dirname "$0")/sim.sh"
need_command jq
need_command curl

schema='{"type":"object","additionalProperties":false,"required":["seller","total"],"properties":{"seller":{"type":"string"},"total":{"type":"number"}}}'
format='"response_format":{"type":"json_schema","json_schema":{"name":"bill","strict":true,"schema":'$schema'}}'
document='Bill INV-7 of Nordwind, total 19.50'
echo '{"key":"INV-7","record":{"seller":"Nordwind","total":19.5}}' >"$work/truth.jsonl"
record='{"seller":"Nordwind","total":19.5}'

# Usage: post PATH BODY [HEADER…]   Body and headers of the response: $work/body, $work/head; the status.
post() {
    local path=$1 body=$2
    shift 2
    printf '%s' "$body" | curl -sS --max-time 20 -o "$work/body" -D "$work/head" -w '%{http_code}' \
        --data-binary @- "${@/#/-H}" "http://$address$path" || true
}

get() {
    curl -sS --max-time 20 "http://$address$1"
}

expect() {
    [ "$3" = "$2" ] || fail "$1: $3, not $2"
}

# Usage: expect_keys WHAT EXPECTED   The sorted paths of all keys in $work/body, numbers as [].
expect_keys() {
    expect "keys of $1" "$2" "$(jq -r '[paths | map(if type == "number" then "[]" else . end) | join(".")] | unique | join(" ")' "$work/body")"
}

# The JSON of each event in $work/body, one a line.
events() {
    sed -n 's/^data: \({.*\)/\1/p' "$work/body"
}

# ---- OpenAI ----

start_sim --truth "$work/truth.jsonl" --price-in 1 --price-out 10 --price-cached 0.1 --require-key sk-right
bearer='Authorization: Bearer sk-right'
ask='{"model":"m","messages":[{"role":"user","content":"'$document'"}],'$format
expect openai 200 "$(post /v1/chat/completions "$ask,\"logprobs\":true,\"top_logprobs\":1}" "$bearer")"
expect "openai's answer" "$record" "$(jq -r '.choices[0].message.content' "$work/body")"
expect_keys "a completion" "choices choices.[] choices.[].finish_reason choices.[].index choices.[].logprobs choices.[].logprobs.content choices.[].logprobs.content.[] choices.[].logprobs.content.[].bytes choices.[].logprobs.content.[].bytes.[] choices.[].logprobs.content.[].logprob choices.[].logprobs.content.[].token choices.[].logprobs.content.[].top_logprobs choices.[].logprobs.content.[].top_logprobs.[] choices.[].logprobs.content.[].top_logprobs.[].bytes choices.[].logprobs.content.[].top_logprobs.[].bytes.[] choices.[].logprobs.content.[].top_logprobs.[].logprob choices.[].logprobs.content.[].top_logprobs.[].token choices.[].logprobs.refusal choices.[].message choices.[].message.annotations choices.[].message.content choices.[].message.refusal choices.[].message.role created id model object service_tier system_fingerprint usage usage.completion_tokens usage.completion_tokens_details usage.completion_tokens_details.accepted_prediction_tokens usage.completion_tokens_details.audio_tokens usage.completion_tokens_details.reasoning_tokens usage.completion_tokens_details.rejected_prediction_tokens usage.prompt_tokens usage.prompt_tokens_details usage.prompt_tokens_details.audio_tokens usage.prompt_tokens_details.cache_write_tokens usage.prompt_tokens_details.cached_tokens usage.total_tokens"
expect "tokens and log-probabilities" "$(jq .usage.completion_tokens "$work/body")" "$(jq '.choices[0].logprobs.content | length' "$work/body")"
expect "text of the tokens" "$record" "$(jq -r '[.choices[0].logprobs.content[].token] | add' "$work/body")"
expect_text '^x-request-id: req_sim_' "$work/head"

expect "openai's stream" 200 "$(post /v1/chat/completions "$ask,\"stream\":true,\"stream_options\":{\"include_usage\":true}}" "$bearer")"
expect "text of the stream" "$record" "$(events | jq -rj '.choices[0].delta.content // ""')"
expect "finish reasons" stop "$(events | jq -r '.choices[0].finish_reason // empty')"
expect "chunks with usage" 1 "$(events | jq -c 'select(.usage)' | wc -l)"
expect "end of the stream" 'data: [DONE]' "$(grep . "$work/body" | tail -n 1)"

# Usage: refused STATUS PATTERN BODY [HEADER…]
refused() {
    local status=$1 pattern=$2 body=$3
    shift 3
    expect "$body" "$status" "$(post /v1/chat/completions "$body" "$@")"
    expect_text "$pattern" "$work/body"
    expect_keys "an error" "error error.code error.message error.param error.type"
}
refused 401 invalid_api_key "$ask}"
refused 401 invalid_api_key "$ask}" 'Authorization: Bearer sk-wrong'
refused 400 'parse the JSON' '{"model":' "$bearer"
refused 400 'must provide a model' '{"messages":[{"role":"user","content":"x"}]}' "$bearer"
refused 400 missing_required_parameter '{"model":"m"}' "$bearer"
refused 400 'top_logprobs requires' "$ask,\"top_logprobs\":1}" "$bearer"
refused 400 'only allowed when' "$ask,\"stream_options\":{\"include_usage\":true}}" "$bearer"
refused 400 "Missing 'total'" "$(sed 's/"seller","total"/"seller"/' <<<"$ask}")" "$bearer"
refused 400 additionalProperties "$(sed 's/"additionalProperties":false,//' <<<"$ask}")" "$bearer"
expect "length cut" 200 "$(post /v1/chat/completions "$ask,\"max_tokens\":3}" "$bearer")"
expect "length cut" 'length 3' "$(jq -r '.choices[0].finish_reason + " \(.usage.completion_tokens)"' "$work/body")"

# ---- the bill ----

stop_sim
expect "billed calls" 3 "$(bill calls)"
expect "requests" 12 "$(bill requests)"
expect "journal and bill" "$(jq -s -c '[map(select(.billed)) | (map(.tokens_in) | add), (map(.tokens_out) | add)]' "$work/journal")" \
    "$(jq -c '[.tokens_in, .tokens_out]' "$work/bill")"
jq -e '(.cost - (.tokens_in * 1 + .tokens_out * 10) / 1e6) | fabs < 1e-9' "$work/bill" >/dev/null ||
    fail "the cost is not tokens times prices: $(cat "$work/bill")"

# ---- Anthropic ----

start_sim --truth "$work/truth.jsonl" --price-in 1 --price-out 10 --price-cached 0.1 --price-cache-write 1.25
version='anthropic-version: 2023-06-01'
prefix=$(printf 'rule %.0s' $(seq 1200))
ask='{"model":"m","max_tokens":200,"system":[{"type":"text","text":"'$prefix'","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"'$document'"}]}]'
output=',"output_config":{"format":{"type":"json_schema","schema":'$schema'}}'
tool=',"tools":[{"name":"emit","strict":true,"input_schema":'$schema'}],"tool_choice":{"type":"tool","name":"emit"}'
expect anthropic 200 "$(post /v1/messages "$ask$output}" "$version" 'x-api-key: k')"
expect "anthropic's answer" "$record" "$(jq -r '.content[0].text' "$work/body")"
expect_keys "a message" "container content content.[] content.[].citations content.[].text content.[].type id model role stop_details stop_reason stop_sequence type usage usage.cache_creation usage.cache_creation.ephemeral_1h_input_tokens usage.cache_creation.ephemeral_5m_input_tokens usage.cache_creation_input_tokens usage.cache_read_input_tokens usage.input_tokens usage.output_tokens usage.output_tokens_details usage.output_tokens_details.thinking_tokens usage.service_tier"
written=$(jq .usage.cache_creation_input_tokens "$work/body")
[ "$written" -gt 1024 ] || fail "$written tokens were written to the cache"
expect "the second reads what the first wrote" 200 "$(post /v1/messages "$ask$output}" "$version")"
expect "cache" "0 $written" "$(jq -r '.usage | "\(.cache_creation_input_tokens) \(.cache_read_input_tokens)"' "$work/body")"
expect "a tool" 200 "$(post /v1/messages "$ask$tool}" "$version")"
expect "the tool's input" "tool_use $record" "$(jq -r '.stop_reason + " " + (.content[0].input | tojson)' "$work/body")"
expect "anthropic's stream" 200 "$(post /v1/messages "$ask$output,\"stream\":true}" "$version")"
expect "events" "message_start content_block_start ping content_block_delta content_block_stop message_delta message_stop" \
    "$(events | jq -r .type | uniq | xargs)"
expect "event names" "$(events | jq -r .type | xargs)" "$(sed -n 's/^event: //p' "$work/body" | xargs)"
expect "text of the stream" "$record" "$(events | jq -rj '.delta.text // ""')"
expect "no version" 400 "$(post /v1/messages "$ask}")"
expect_keys "an error" "error error.message error.type request_id type"
expect "no max_tokens" 400 "$(post /v1/messages '{"model":"m","messages":[{"role":"user","content":"x"}]}' "$version")"
expect_text 'max_tokens: Field required' "$work/body"
expect "sampling under the new version" 400 "$(post /v1/messages "$ask,\"temperature\":0}" 'anthropic-version: 2026-10-21')"
expect "prefill" 400 "$(post /v1/messages '{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"{"}]}' "$version")"
stop_sim
expect "tokens read from the cache" $((3 * written)) "$(bill tokens_cached)"
jq -e '(.cost - ((.tokens_in - .tokens_cached - .tokens_cache_write) * 1 + .tokens_cached * 0.1
    + .tokens_cache_write * 1.25 + .tokens_out * 10) / 1e6) | fabs < 1e-9' "$work/bill" >/dev/null ||
    fail "the cost is not tokens times prices: $(cat "$work/bill")"

# ---- Gemini ----

start_sim --truth "$work/truth.jsonl"
ask='{"contents":[{"role":"user","parts":[{"text":"'$document'"}]}],"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":'$schema'}}'
expect gemini 200 "$(post /v1beta/models/m:generateContent "$ask")"
expect "gemini's answer" "$record" "$(jq -r '.candidates[0].content.parts[0].text' "$work/body")"
expect_keys "a response" "candidates candidates.[] candidates.[].content candidates.[].content.parts candidates.[].content.parts.[] candidates.[].content.parts.[].text candidates.[].content.role candidates.[].finishReason candidates.[].index modelVersion responseId usageMetadata usageMetadata.candidatesTokenCount usageMetadata.promptTokenCount usageMetadata.promptTokensDetails usageMetadata.promptTokensDetails.[] usageMetadata.promptTokensDetails.[].modality usageMetadata.promptTokensDetails.[].tokenCount usageMetadata.totalTokenCount"
expect "gemini's stream" 200 "$(post '/v1/models/m:streamGenerateContent?alt=sse' "$ask")"
expect "text of the stream" "$record" "$(events | jq -rj '.candidates[0].content.parts[0].text')"
expect "finish reasons" STOP "$(events | jq -r '.candidates[0].finishReason // empty')"
expect "an unknown field" 400 "$(post /v1/models/m:generateContent '{"contents":[],"messages":1}')"
expect_keys "an error" "error error.code error.message error.status"
stop_sim

# ---- batches ----

start_sim --truth "$work/truth.jsonl" --price-in 1 --price-out 10 --batch-time 0
{
    printf '{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"%s"}],%s}}\n' "$document" "$format"
    printf '{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"m"}}\n'
} >"$work/batch.jsonl"
file=$(curl -sS -F purpose=batch -F "file=@$work/batch.jsonl" "http://$address/v1/files" | jq -r .id)
expect "a batch" 200 "$(post /v1/batches '{"input_file_id":"'"$file"'","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"run":"7"}}')"
batch=$(get "/v1/batches/$(jq -r .id "$work/body")")
expect "its counts" 'completed 2 1 1 7' "$(jq -r '.status + " \(.request_counts | "\(.total) \(.completed) \(.failed)") " + .metadata.run' <<<"$batch")"
get "/v1/files/$(jq -r .output_file_id <<<"$batch")/content" >"$work/body"
expect "its output" "a 200 $record" "$(jq -r '.custom_id + " \(.response.status_code) " + .response.body.choices[0].message.content' "$work/body")"
get "/v1/files/$(jq -r .error_file_id <<<"$batch")/content" >"$work/body"
expect "its errors" 'b 400' "$(jq -r '.custom_id + " \(.response.status_code)"' "$work/body")"
expect "a message batch" 200 "$(post /v1/messages/batches '{"requests":[{"custom_id":"c","params":{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"'"$document"'"}]}}]}' "$version")"
url=$(get "/v1/messages/batches/$(jq -r .id "$work/body")" | jq -r .results_url)
get "$url" >"$work/body"
expect "its result" "c succeeded $record" "$(jq -r '.custom_id + " " + .result.type + " " + .result.message.content[0].text' "$work/body")"
stop_sim
jq -e '(.cost - (.tokens_in * 1 + .tokens_out * 10) / 2e6) | fabs < 1e-9' "$work/bill" >/dev/null ||
    fail "batches do not cost half: $(cat "$work/bill")"

# ---- limits and slots ----

start_sim --rpm 2 --latency 200 --slots 1
ask='{"model":"m","messages":[{"role":"user","content":"x"}]}'
begin=$(date +%s%3N)
post /v1/chat/completions "$ask" >"$work/first" &
expect "within the limit" 200 "$(curl -sS -o "$work/other" -w '%{http_code}' -d "$ask" "http://$address/v1/chat/completions")"
wait $!
[ $(($(date +%s%3N) - begin)) -ge 400 ] || fail "two answers of 200 ms were made at once in one slot"
expect "over the limit" 429 "$(post /v1/chat/completions "$ask")"
expect_text '^Retry-After: [1-9]' "$work/head"
expect_text '^x-ratelimit-remaining-requests: 0' "$work/head"
stop_sim
# ---- TLS: a client that does not trust the certificate gets nothing; one that does may still be unlucky ----

start_sim --tls --certificate "$work/ca.pem" --fault tls=0.5 --seed 2
expect "a stranger's certificate" 60 "$(curl -sS -o /dev/null -w '%{exitcode}' "https://$address/v1/models" 2>/dev/null || true)"
for n in $(seq 12); do
    curl -sS --cacert "$work/ca.pem" -o /dev/null -w '%{exitcode}\n' \
        -d '{"model":"m","messages":[{"role":"user","content":"'"$n"'"}]}' "https://$address/v1/chat/completions" 2>/dev/null || true
done >"$work/codes"
stop_sim
expect "answers and errors of TLS" "$(bill calls) $(bill faults.tls)" "$(grep -c '^0$' "$work/codes") $(grep -c '^56$' "$work/codes")"

# ---- chance repeats: the same seed does the same to the same requests, in any order; faults that stick
# follow the document; log-probabilities tell what is wrong ----

# Usage: ask_all ORDER OPTION…   Twenty documents, twice each; what happened to whom: $work/happened.
ask_all() {
    local order=$1 n
    shift
    start_sim --truth "$work/truth.jsonl" "$@"
    for n in $($order < <(seq 20)); do
        for round in 1 2; do
            post /v1/chat/completions '{"model":"m","user":"'$round'","logprobs":true,"messages":[{"role":"user","content":"'"$document, copy $n"'"}],'"$format}" >/dev/null
            jq -c '.choices[0] | [.message.content, ([.logprobs.content[].logprob] | min)]' "$work/body" >>"$work/answers" 2>/dev/null || true
        done
    done
    stop_sim
    jq -r '[.document, .request, (.faults | join(" "))] | @tsv' "$work/journal" | sort >"$work/happened"
}
faults=500=0.2,429=0.1,wrong-digits=0.3,fence=0.3
ask_all cat --fault "$faults" --seed 5
cp "$work/happened" "$work/before"
ask_all tac --fault "$faults" --seed 5
cmp -s "$work/happened" "$work/before" || fail "the same seed did something else"
ask_all cat --fault "$faults" --seed 6
cmp -s "$work/happened" "$work/before" && fail "another seed did the same"
ask_all cat --fault "$faults" --seed 5 --sticky
expect "documents to which two things happened" 0 \
    "$(cut -f 1,3 "$work/happened" | sort -u | cut -f 1 | uniq -d | wc -l)"
rm "$work/answers"
ask_all cat --fault wrong-digits=0.5 --honesty 1
jq -s -e '(map(select((.[0] | contains("19.5")) != (.[1] > -0.5))) | length == 0) and (map(select(.[1] > -0.5)) | length | . > 5 and . < 35)' \
    "$work/answers" >/dev/null || fail "log-probabilities do not tell right answers from wrong ones"

# ---- a stream is billed for what came: half of it when it breaks, none of it when nobody stays ----

start_sim --truth "$work/truth.jsonl" --rate 50 --latency 50
ask='{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"'$document'"}],'$format'}'
expect "a slow stream" 200 "$(post /v1/chat/completions "$ask")"
all=$(events | jq 'select(.usage).usage.completion_tokens')
curl -sS --max-time 0.12 -o /dev/null -d "$ask" "http://$address/v1/chat/completions" 2>/dev/null && fail "the stream was not slow"
sleep 0.5
stop_sim
half=$(jq -s 'map(.tokens_out) | min' "$work/journal")
[ "$half" -lt "$all" ] || fail "a stream that its client left is billed with $half of $all tokens"

echo "three protocols, two kinds of batches, cache, limits, slots and the bill are as providers have them"
