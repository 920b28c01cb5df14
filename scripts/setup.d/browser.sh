# A Chromium for the tests: the system's, else Debian's package (packages.sh), else Playwright's own.
# Firefox is tested where it is installed and is not fetched.
system_chromium() {
  local program
  for program in "${TARE_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if [ -n "$program" ] && has "$program"; then
      command -v "$program"
      return 0
    fi
  done
}

playwright_chromium() {
  local program
  program=$(node -e 'import("playwright-core").then((p) => console.log(p.chromium.executablePath()))' 2>/dev/null) || return 0
  [ ! -x "$program" ] || echo "$program"
}

check_browser() {
  [ -z "$(system_chromium)" ] && [ -z "$(playwright_chromium)" ] || return 0
  [ -d node_modules/playwright-core ] || fail "no Chromium for the tests, and no Playwright to fetch one" "Run: scripts/setup npm browser"
  step "Chromium (Playwright's)" "Install Chromium yourself, or name one in TARE_CHROMIUM." \
    npx --no-install playwright-core install chromium
}
