system_chromium() { command -v chromium || true; }
check_browser() { :; }
