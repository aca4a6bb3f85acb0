# bash completions of patvault: what may stand at the cursor is patvault's own business.

_patvault() {
    local candidate
    COMPREPLY=()
    while IFS= read -r candidate; do
        COMPREPLY+=("$candidate")
    done < <(command patvault complete bash -- "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
    # Behind these signs the word goes on.
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[/:=] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -F _patvault patvault
