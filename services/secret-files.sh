#!/bin/sh
# Entry point of the images: a setting that is a secret comes from a file, so that no environment or command shows it.
# PROJECTOR_X_FILE=path becomes PROJECTOR_X=the file's content, for the process that is started alone.
set -eu
for setting in $(env | sed -n 's/^\(PROJECTOR_[A-Z_]*\)_FILE=.*/\1/p'); do
    eval "file=\$${setting}_FILE"
    value=$(cat "$file")
    export "$setting=$value"
    unset "${setting}_FILE"
done
exec "$@"
