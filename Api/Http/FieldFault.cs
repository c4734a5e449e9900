namespace OrleansSale.Api.Http;

/// <summary>The ways in which a field can be wrong: a closed set, for programs and for pages in any language.</summary>
public enum FieldFault
{
    /// <summary>It is neither of the right type nor of the right form, or out of its range.</summary>
    Malformed,

    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>It has nothing that could be seen.</summary>
    Blank,

    /// <summary>It is shorter than it must be, or has too little in it.</summary>
    TooShort,

    /// <summary>It is longer than it may be.</summary>
    TooLong,

    /// <summary>
    /// It has a character that no such text has: a control character, or one that reorders the text around it.
    /// </summary>
    Characters,

    /// <summary>It is an instant that has passed.</summary>
    Past,
}
