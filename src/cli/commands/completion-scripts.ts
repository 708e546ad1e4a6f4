/**
 * The scripts for shells, by their names. They know nothing themselves but how to ask `uapi __complete`, so that they never
 * grow old.
 */
export const completionScripts: Readonly<Record<string, string>> = {
  bash: `# bash completion of uapi: uapi completion bash
_uapi() {
  local line current=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("$1" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _uapi uapi
`,
  zsh: `#compdef uapi
# zsh completion of uapi: uapi completion zsh
_uapi() {
  local line files=''
  local -a found
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=1
    elif [[ $line == *$'\\t'* ]]; then
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    else
      found+=("\${line//:/\\\\:}")
    fi
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#found} )) && _describe -V uapi found
  [[ -n $files ]] && _files
  return 0
}
if [[ \${funcstack[1]-} == _uapi ]]; then
  _uapi "$@"
else
  compdef _uapi uapi
fi
`,
  fish: `# fish completion of uapi: uapi completion fish
function __uapi_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] __complete -- $words[2..] "$current" 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c uapi -f -a '(__uapi_complete)'
`,
};
