/** The scripts that make Tab complete `rdv`: they pass the line on, and put in its place what `rdv complete` answers. */

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export const isShell = (name: string): name is Shell => shells.some((shell) => shell === name);

/** Nothing of an answer is ever expanded or run: names of sessions are data. Works from bash 3.2 on, without bash-completion. */
const bash = `# bash completion for rdv
_rdv() {
  local program=rdv line directive count
  case $1 in
    '~/'*) program=$HOME/\${1#'~/'} ;;
    */*) program=$1 ;;
  esac
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <(command "$program" complete --bash "\${COMP_LINE:0:$COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null </dev/null)
  count=\${#COMPREPLY[@]}
  [ "$count" -gt 0 ] || return 0
  directive=\${COMPREPLY[count - 1]#:}
  unset "COMPREPLY[count - 1]"
  type compopt >/dev/null 2>&1 || return 0
  compopt -o nosort 2>/dev/null
  case $directive in
    4) compopt +o default +o bashdefault ;;
    16) compopt +o default +o bashdefault -o dirnames ;;
  esac
}
complete -o bashdefault -o default -F _rdv rdv
`;

/** Serves as a file of $fpath too. */
const zsh = `#compdef rdv
# zsh completion for rdv
_rdv() {
  local program=rdv tab=$'\\t' line directive
  local -a lines values displays
  local -i widest=0
  [[ $words[1] == */* ]] && program=\${\${(Q)words[1]}/#\\~\\//$HOME/}
  lines=("\${(@f)$(command "$program" complete --zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)}")
  directive=$lines[-1]
  lines[-1]=()
  [[ $PREFIX == --*=* ]] && compset -P '*='
  for line in $lines; do
    line=\${line%%$tab*}
    values+=("$line")
    (( $#line > widest )) && widest=$#line
  done
  for line in $lines; do
    if [[ $line == *$tab?* ]]; then
      displays+=("\${(r:widest:)line%%$tab*} -- \${line#*$tab}")
    else
      displays+=("\${line%%$tab*}")
    fi
  done
  (( $#values )) && compadd -l -V rdv -d displays -a values && return 0
  case $directive in
    :0) _files ;;
    :16) _files -/ ;;
    *) return 1 ;;
  esac
}
if [[ $funcstack[1] == _rdv ]]; then
  _rdv "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _rdv rdv
fi
`;

const fish = `# fish completion for rdv
function __rdv_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    set -l program rdv
    string match -q '*/*' -- $before[1]; and set program (string replace -r -- '^~/' "$HOME/" $before[1])
    command -q $program; or return
    set -l lines (command $program complete --fish $before[2..-1] "$word" 2>/dev/null </dev/null)
    test (count $lines) -gt 0; or return
    set -l directive $lines[-1]
    set -e lines[-1]
    if test (count $lines) -gt 0
        printf '%s\\n' $lines
        test "$directive" = :4; and return
    end
    set -l head (string match -r -- '^--[^=]+=' "$word")
    set -l rest (string replace -r -- '^--[^=]+=' '' "$word")
    switch $directive
        case :0
            printf "$head%s\\n" (__fish_complete_path "$rest")
        case :16
            printf "$head%s\\n" (__fish_complete_directories "$rest" '')
    end
end
complete -c rdv -e
complete -c rdv -f -k -a '(__rdv_complete)'
`;

export const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
