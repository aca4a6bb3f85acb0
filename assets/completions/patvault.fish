# fish completions of patvault: what may stand at the cursor is patvault's own business.

complete --command patvault --no-files --keep-order \
    --arguments '(command patvault complete fish -- (commandline -opc) (commandline -ct) 2>/dev/null)'
