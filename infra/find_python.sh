#!/bin/sh
# Prints the path of a Python 3.13 that really runs (a pyenv shim may not): PATH's, else pyenv's.
for candidate in python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python3.13; do
  "$candidate" -c 'import pip, sys; print(sys.executable)' 2>/dev/null && exit
done
