using System.CommandLine;

namespace OrleansSale.Tests.Load;

/// <summary>Options that are numbers within a range.</summary>
internal static class Numbers
{
    /// <summary>Makes one.</summary>
    public static Option<int> Option(string name, int otherwise, int least, int most, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < least || value > most))
                result.AddError($"{name} must be within {least}…{most}.");
        });
        return option;
    }
}
