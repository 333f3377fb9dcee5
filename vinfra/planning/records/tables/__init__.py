"""Tables out of workbooks and csv files, by the names of their columns, bounded before anything is opened."""
