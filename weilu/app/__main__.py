from weilu.app.cli import main

main()
