# bash completion for docket(1); install as share/bash-completion/completions/docket
# shellcheck shell=bash disable=SC2207
_docket() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
    local common="--config --json --quiet --verbose --no-progress --version --help"
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "run watch retry rerun webhook export backup extract read review show stats budget log batch audit doctor pack prompt validate help --help --version" -- "$word"))
        return
    fi
    case $before in
    --inbox | --outbox | --state | --packs) COMPREPLY=($(compgen -d -- "$word")) && return ;;
    --pack | -p)
        COMPREPLY=($(compgen -W "$(docket pack list 2>/dev/null | cut -d' ' -f1)" -- "$word"))
        return
        ;;
    --ocr) COMPREPLY=($(compgen -W "auto always never" -- "$word")) && return ;;
    --dialect) COMPREPLY=($(compgen -W "2020-12 2019-09 draft-07 draft-06 draft-04" -- "$word")) && return ;;
    --format)
        case $command in
        read) COMPREPLY=($(compgen -W "text md json hocr tsv" -- "$word")) ;;
        *) COMPREPLY=($(compgen -W "flag basic detailed" -- "$word")) ;;
        esac
        return
        ;;
    esac
    case $command in
    run) common+=" --inbox --outbox --state --packs --pack --estimate --batch --max-time" ;;
    watch) common+=" --inbox --outbox --state --packs --pack --batch --poll" ;;
    retry) common+=" --verdict --pack --reason --since --dry-run --outbox --state" ;;
    export) common+=" --format --since --verdict --bom --raw --state --packs" ;;
    backup) common+=" --force --state" ;;
    webhook) common+=" list resend send --state --dead" ;;
    rerun) common+=" --pack --since --dry-run --outbox --state --packs" ;;
    extract) common+=" --pack --schema --meta --stream --packs" ;;
    read) common+=" --format --ocr --languages --overlay --page" ;;
    review) common+=" list next show accept correct reject --set --reason --who --pack --outbox --state --packs" ;;
    show | stats) common+=" --state" ;;
    log) common+=" --follow --last --since --pack --prompt --endpoint --model --purpose --outcome --tenant --payload --replay --state --packs" ;;
    batch) common+=" submit status collect --state" ;;
    audit) common+=" --outbox --state" ;;
    doctor) common+=" --models --inbox --outbox --state --packs" ;;
    pack) common+=" list new check --provider --packs" ;;
    prompt) common+=" list show diff --document --packs" ;;
    validate) common+=" --format --jsonl --assert-format --assert-content --old-dependencies --dialect --registry --metaschema --bowtie" ;;
    esac
    COMPREPLY=($(compgen -W "$common" -- "$word") $(compgen -f -- "$word"))
}
complete -o filenames -F _docket docket
