"""The centre's database: its tables, its migrations, and how a transaction begins. No rule of any noun may enter."""
