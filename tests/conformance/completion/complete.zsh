# zsh -f complete.zsh SCRIPT LINE: what zsh shows where Tab is pressed behind LINE, and what the line is then, on a terminal of its own.
zmodload zsh/zpty
zpty terminal "TERM=dumb COLUMNS=200 LINES=100 ${commands[zsh]} -f -i"
read_until() {
  local chunk seen=''
  until [[ $seen == *$1* ]]; do
    zpty -r terminal chunk || break
    seen+=$chunk
  done
  print -r -- "$seen"
}
zpty -w terminal "PS1=; unsetopt beep; autoload -Uz compinit; compinit -D -u; source ${(q)1}; LISTMAX=1000"
zpty -w terminal 'say() { print -r -- "<$BUFFER>"; BUFFER=; zle accept-line }; zle -N say; bindkey "^X" say'
zpty -w terminal "print se''t-up"
read_until set-up >/dev/null
zpty -n -w terminal "$2"$'\t'
sleep 1
zpty -n -w terminal $'\x18'"print do''ne"$'\n'
read_until done
zpty -d terminal
