# Watches the credentials that the AWS CLI finds (`watch.sh AWS`): a line for each access key id, and for what went wrong.
last=''
while :; do
  if found="$("$1" configure list 2>&1)"; then
    # It shows the last four characters.
    said="key $(grep --only-matching -E '\*{8,}[A-Z0-9]{4}' <<<"$found" | head -1)"
  else
    said="error $found"
  fi
  [[ "$said" == "$last" ]] || printf '%s\n' "$said"
  last="$said"
  sleep 4
done
