namespace OrleansSale.Api.Operators.Exports;

/// <summary>Writes a table to a file, cell by cell and row by row. The columns' names are there already.</summary>
public interface ITableWriter : IAsyncDisposable
{
    /// <summary>A cell with a text; null: an empty one. It stays a text, whatever it looks like.</summary>
    void Text(string? text);

    /// <summary>A cell with a telephone number; null: an empty one.</summary>
    void Phone(string? phone);

    /// <summary>A cell with a whole number; null: an empty one.</summary>
    void Number(long? number);

    /// <summary>A cell with an instant, in UTC and to the millisecond; null: an empty one.</summary>
    void Instant(DateTimeOffset? instant);

    /// <summary>Empty cells.</summary>
    void Empty(int cells)
    {
        for (var cell = 0; cell < cells; cell++) Text(null);
    }

    /// <summary>Ends a row.</summary>
    Task EndRowAsync();

    /// <summary>Sends the rows so far.</summary>
    Task FlushAsync();

    /// <summary>Ends the file. One that is disposed of without it is not whole, and need not be readable.</summary>
    Task CompleteAsync();
}
