using System.CommandLine;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Load;

/// <summary>Replays exported ledgers from files, and holds providers' own books against them.</summary>
internal static class AuditCommand
{
    public static Command Make()
    {
        var files = new Argument<FileInfo[]>("files")
        {
            Description = "The exports, application/x-ndjson.",
            Arity = ArgumentArity.OneOrMore,
        };
        files.AcceptExistingOnly();
        var statements = new Option<string[]>("--statement")
        {
            Description = "What a provider captured and paid back for these batches, such as alipay=books.ndjson; " +
                "for when nothing is owed any more.",
        };
        statements.Validators.Add(given =>
        {
            foreach (var token in given.Tokens.Where(token => !TryRead(token.Value, out _, out _)))
                given.AddError($"--statement {token.Value} is no name=file of a file that exists.");
            var names = given.Tokens.Select(token => TryRead(token.Value, out var name, out _) ? name : "").ToList();
            if (names.Distinct(StringComparer.Ordinal).Count() < names.Count)
                given.AddError("--statement names a provider twice: put its books into one file.");
        });
        var command = new Command("audit", "Replays exported ledgers and checks the invariants.") { files, statements };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(files), parsed.GetValue(statements) ?? [], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        FileInfo[] files, string[] statements, CancellationToken cancellationToken)
    {
        var (sales, broken) = (new List<AuditedSale>(), 0L);
        foreach (var file in files)
        {
            var start = Stopwatch.GetTimestamp();
            await using var export = file.OpenRead();
            var sale = await LedgerAudit.ReadAsync(export, cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Console.WriteLine($"{sale.Entries} entries in {elapsed:0.00} s, head {sale.HeadSeq} {sale.HeadHash}");
            Console.WriteLine($"{sale.Units}, {sale.Orders.Count} orders, {sale.Payments.Count} payments");
            sales.Add(sale);
            Tell(sale.Violations);
        }

        foreach (var text in statements)
        {
            TryRead(text, out var provider, out var file);
            using var lines = File.OpenText(file);
            var statement = await ProviderStatement.ReadAsync(provider, lines, cancellationToken);
            Console.WriteLine(
                $"{provider}: {statement.Payments.Count} payments, {statement.Refunds.Count} refunds by its own books");
            Tell(StatementAudit.Compare(statement, sales));
        }

        Console.WriteLine(broken == 0 ? "No promise is broken." : $"{broken} violations.");
        return broken == 0 ? 0 : 1;

        void Tell(Violations violations)
        {
            broken += violations.Total;
            foreach (var violation in violations.Kept) Console.WriteLine(violation);
        }
    }

    private static bool TryRead(string text, out string provider, out string file)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        (provider, file) = at < 1 ? ("", "") : (text[..at], text[(at + 1)..]);
        return File.Exists(file);
    }
}
