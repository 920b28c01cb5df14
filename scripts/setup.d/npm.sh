# The npm packages of package-lock.json, anew only when the lockfile changed since. Their install
# scripts do not run: none is needed.
npm_is_current() { cmp -s package-lock.json node_modules/.tare-lock; }

install_npm_packages() {
  npm_is_current || step "npm packages" "Check that npm reaches its registry: npm ping" npm_ci
}

npm_ci() {
  npm ci --ignore-scripts --no-audit --no-fund
  cp package-lock.json node_modules/.tare-lock
}
