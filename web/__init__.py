"""Browser doors: the case page behind a signed link, health; later the console and the public pages."""
