using System.Globalization;
using System.Text.RegularExpressions;
using OrleansSale.Silo.Settings;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Api.Starting;

/// <summary>The tables of settings in the documents are what the engine reads.</summary>
public sealed partial class SettingsTableTests
{
    private static readonly string[] Documents =
        ["README.md", "docs/cluster.md", "docs/payments.md", "docs/channels.md"];

    [Fact]
    public void Every_setting_is_in_a_table_and_every_key_of_a_table_is_a_setting() =>
        Documents.SelectMany(Rows).SelectMany(row => row.Keys).Distinct().Order(StringComparer.Ordinal)
            .ShouldBe(KnownSettings.All.Select(setting => setting.Key).Order(StringComparer.Ordinal));

    [Fact]
    public void A_number_s_default_is_the_one_of_its_table()
    {
        // The README comes first, because another document may give the default of another kind of process.
        var compared = new HashSet<string>();
        foreach (var (keys, defaults) in Documents.SelectMany(Rows))
        {
            var numbers = Number().Matches(defaults)
                .Select(match => int.Parse(match.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
            foreach (var (key, number) in keys.Where(key => KnownSettings.Find(key)?.Type == typeof(int)).Zip(numbers))
                if (compared.Add(key)) DefaultOf(key).ShouldBe(number, key);
        }
        compared.Count.ShouldBe(KnownSettings.All.Count(setting => setting.Type == typeof(int)));
    }

    private static object? DefaultOf(string key)
    {
        var (section, name) = (key.Split(':')[0], key.Split(':')[1]);
        var options = KnownSettings.Sections[section].Single(type => type.GetProperty(name) is not null);
        return options.GetProperty(name)!.GetValue(Activator.CreateInstance(options));
    }

    // The rows of tables whose first column is headed "key". A name without a section belongs to the section of the
    // name before it.
    private static IEnumerable<(string[] Keys, string Default)> Rows(string document)
    {
        var isTable = false;
        foreach (var line in File.ReadLines(Path.Combine(WorkingCopy.Root, document)))
        {
            if (!line.StartsWith('|')) isTable = false;
            else if (line.StartsWith("| key |", StringComparison.Ordinal)) isTable = true;
            else if (isTable && line.Split('|') is [_, var first, var second, ..]) yield return (KeysOf(first), second);
        }
    }

    private static string[] KeysOf(string cell)
    {
        var (keys, section) = (new List<string>(), "");
        foreach (var name in Code().Matches(cell).Select(match => match.Groups[1].Value))
        {
            if (name.Contains(':', StringComparison.Ordinal)) section = name[..(name.LastIndexOf(':') + 1)];
            else if (section.Length == 0) continue; // the host's, such as urls
            var key = name.Contains(':', StringComparison.Ordinal) ? name : section + name;
            // "Orleans:…" points to another table.
            if (!key.EndsWith('…')) keys.Add(key);
        }
        return [.. keys];
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\d[\d,]*")]
    private static partial Regex Number();
}
