install_npm_packages() { :; }
