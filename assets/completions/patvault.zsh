#compdef patvault
# zsh completions of patvault: what may stand at the cursor is patvault's own business.

_patvault() {
    local candidate
    local -a candidates whole begun
    candidates=("${(@f)$(command patvault complete zsh -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    # -U: they are what is meant, though one may not begin as it is typed.
    for candidate in $candidates; do
        # Behind these signs the word goes on.
        if [[ ${candidate%%$'\t'*} == *[/:=] ]]; then
            begun+=("${candidate/$'\t'/:}")
        else
            whole+=("${candidate/$'\t'/:}")
        fi
    done
    (( $#whole )) && _describe 'patvault' whole -U
    (( $#begun )) && _describe 'patvault' begun -U -S ''
    (( $#whole + $#begun ))
}

if [[ $funcstack[1] == _patvault ]]; then
    _patvault "$@"
else
    compdef _patvault patvault
fi
