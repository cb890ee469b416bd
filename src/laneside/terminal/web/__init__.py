"""The pages: sessions, guards, forms, routes. Shows what the ports say, passes on what was touched; decides nothing."""
